import { XmlShapeDeserializer } from "@aws-sdk/core/protocols";
import { NormalizedSchema } from "@smithy/core/schema";
import * as sdk from "@aws-sdk/client-elastic-load-balancing-v2";
import type { OperationSchema } from "../core/codec";

/**
 * The AWS Query protocol (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html) as the SDK's model of Elastic
 * Load Balancing has it: `Action=X&Members.member.1.Name=…` in, XML out.
 */
const namespace = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/";

function operation(action: string): OperationSchema | undefined {
  const schema = (sdk as Record<string, unknown>)[`${action}$`] as OperationSchema | undefined;
  return schema?.[0] === 9 ? schema : undefined;
}

/** Reads a request: its operation, and its input as the SDK's type has it. */
export function readRequest(body: Buffer): { action: string; input: unknown } | undefined {
  const fields = new URLSearchParams(body.toString("utf8"));
  const action = fields.get("Action") ?? "";
  const schema = operation(action);
  if (!schema) return undefined;
  const root: Node = {};
  for (const [key, value] of fields) {
    let node = root;
    for (const part of key.split(".")) node = node.children?.[part] ?? ((node.children ??= {})[part] = {});
    node.value = value;
  }
  return { action, input: readNode(NormalizedSchema.of(schema[4]), root) ?? {} };
}

interface Node {
  value?: string;
  children?: Record<string, Node>;
}

function readNode(ns: NormalizedSchema, node: Node): unknown {
  if (ns.isStructSchema()) {
    const result: Record<string, unknown> = {};
    for (const [name, member] of ns.structIterator()) {
      const child = node.children?.[name];
      if (child) result[name] = readNode(member, child);
    }
    return result;
  }
  if (ns.isListSchema()) {
    const items = Object.entries(node.children?.member?.children ?? {});
    return items
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([, item]) => readNode(ns.getValueSchema(), item));
  }
  if (ns.isBooleanSchema()) return node.value === "true";
  if (ns.isNumericSchema()) return Number(node.value);
  return node.value ?? "";
}

/** Reads an answer of the base as the SDK's type has it. */
export function readAnswer(action: string, body: Buffer): unknown {
  const schema = operation(action);
  if (!schema) return {};
  // 5: date-time, the timestamp format of the Query protocol.
  const deserializer = new XmlShapeDeserializer({
    timestampFormat: { useTrait: true, default: 5 },
    xmlNamespace: namespace,
    serviceNamespace: "com.amazonaws.elasticloadbalancingv2",
  });
  return deserializer.read(NormalizedSchema.of(schema[5]), body, `${action}Result`) ?? {};
}

/** Writes an answer. */
export function writeAnswer(action: string, output: unknown): Buffer {
  const schema = operation(action);
  const result = schema ? writeMembers(NormalizedSchema.of(schema[5]), output) : "";
  return Buffer.from(
    `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result>` +
      `<ResponseMetadata><RequestId>${crypto.randomUUID()}</RequestId></ResponseMetadata></${action}Response>`,
  );
}

/** Writes an error with the service's own code. */
export function writeError(code: string, message: string): Buffer {
  return Buffer.from(
    `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>${code}</Code>` +
      `<Message>${escape(message)}</Message></Error><RequestId>${crypto.randomUUID()}</RequestId></ErrorResponse>`,
  );
}

function writeMembers(ns: NormalizedSchema, value: unknown): string {
  if (!ns.isStructSchema()) return "";
  let xml = "";
  for (const [name, member] of ns.structIterator()) {
    const given = (value as Record<string, unknown>)[name];
    if (given !== undefined && given !== null) xml += `<${name}>${writeValue(member, given)}</${name}>`;
  }
  return xml;
}

function writeValue(ns: NormalizedSchema, value: unknown): string {
  if (ns.isStructSchema()) return writeMembers(ns, value);
  if (ns.isListSchema()) {
    const item = ns.getValueSchema();
    return (value as unknown[]).map((each) => `<member>${writeValue(item, each)}</member>`).join("");
  }
  return value instanceof Date ? value.toISOString() : escape(String(value));
}

const escape = (text: string) =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
