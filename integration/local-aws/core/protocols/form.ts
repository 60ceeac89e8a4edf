import type { FromStringShapeDeserializer } from "@smithy/core/protocols";
import type { NormalizedSchema } from "@smithy/core/schema";
import { ServiceError } from "../errors";

interface Node {
  value?: string;
  children?: Map<string, Node>;
}

/** Reads a structure of which each value is a field of a form, under the path of its member: `A.member.1.B=…`. */
export function readForm(
  ns: NormalizedSchema,
  fields: URLSearchParams,
  simple: FromStringShapeDeserializer,
): unknown {
  const root: Node = {};
  for (const [key, value] of fields) {
    let node = root;
    for (const part of key.split(".")) {
      node.children ??= new Map();
      const next: Node = node.children.get(part) ?? {};
      node.children.set(part, next);
      node = next;
    }
    node.value = value;
  }
  return read(ns, root, simple);
}

function read(ns: NormalizedSchema, node: Node, simple: FromStringShapeDeserializer): unknown {
  if (ns.isUnitSchema()) return {};
  if (ns.isStructSchema()) {
    const result: Record<string, unknown> = {};
    for (const [name, member] of ns.structIterator()) {
      const child = node.children?.get(nameOf(member, name));
      if (child) result[name] = read(member, child, simple);
    }
    return result;
  }
  const flat = ns.isMemberSchema() && ns.getMergedTraits().xmlFlattened === 1;
  if (ns.isListSchema()) {
    const item = ns.getValueSchema();
    return inOrder(flat ? node : node.children?.get(nameOf(item, "member"))).map((one) =>
      read(item, one, simple),
    );
  }
  if (ns.isMapSchema()) {
    const [key, value] = [ns.getKeySchema(), ns.getValueSchema()];
    const entries = inOrder(flat ? node : node.children?.get("entry")).map((entry) => [
      entry.children?.get(nameOf(key, "key"))?.value ?? "",
      read(value, entry.children?.get(nameOf(value, "value")) ?? {}, simple),
    ]);
    return Object.fromEntries(entries) as unknown;
  }
  try {
    return simple.read(ns, node.value ?? "") as unknown;
  } catch (error) {
    throw new ServiceError("SerializationException", error instanceof Error ? error.message : String(error));
  }
}

const nameOf = (ns: NormalizedSchema, otherwise: string): string =>
  (ns.getMergedTraits().xmlName as string | undefined) ?? otherwise;

/** The children that are numbered, by their numbers. */
function inOrder(node: Node | undefined): Node[] {
  return [...(node?.children ?? [])]
    .filter(([number]) => /^\d+$/.test(number))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);
}
