import { NormalizedSchema } from "@smithy/core/schema";
import type { Call, Operations } from "../core/acting";
import type { OperationSchema } from "../core/codec";
import type { Invoke } from "../core/service";

/** Finds a REST JSON operation by its method and path, and reads path and query into its input, by the SDK's schemas. */
export function restJson(invoke: Invoke, sdk: Record<string, unknown>): Operations {
  const operations = Object.entries(sdk).flatMap(([name, schema]) => {
    const operation = schema as OperationSchema;
    const { http } = (name.endsWith("$") && operation[0] === 9 ? operation[3] : {}) as {
      http?: [string, string];
    };
    if (!http) return [];
    const labels = [...http[1].matchAll(/\{(\w+)\}/g)].map(([, label = ""]) => label);
    const path = new RegExp(`^${http[1].replace(/\{\w+\}/g, "([^/]+)")}$`);
    return [{ name: name.slice(0, -1), method: http[0], path, labels, input: operation[4] }];
  });

  const find = ({ method, path }: Call) =>
    operations.find((one) => one.method === method && one.path.test(new URL(path, "http://x").pathname));

  const answer = async (call: Call) => {
    const url = new URL(call.path, "http://x");
    const operation = find(call);
    const members: Record<string, unknown> = {};
    if (operation) {
      const values = operation.path.exec(url.pathname) ?? [];
      operation.labels.forEach((label, i) => (members[label] = decodeURIComponent(values[i + 1] ?? "")));
      for (const [name, member] of NormalizedSchema.of(operation.input).structIterator()) {
        const query = (member.getMergedTraits() as { httpQuery?: string }).httpQuery;
        const given = query === undefined ? [] : url.searchParams.getAll(query);
        if (given.length === 0) continue;
        members[name] = member.isListSchema()
          ? given
          : member.isNumericSchema()
            ? Number(given[0])
            : given[0];
      }
    }
    const result = await invoke(operation?.name ?? "", withMembers(call.body, members), call.caller);
    const schema = sdk[`${result.error}$`] as [unknown, unknown, unknown, { httpError?: number }] | undefined;
    return {
      status: schema?.[3].httpError ?? result.status,
      headers: {
        "content-type": "application/json",
        "x-amzn-requestid": crypto.randomUUID(),
        ...(result.error ? { "x-amzn-errortype": result.error } : {}),
      },
      body: result.body,
    };
  };
  return { has: (call) => find(call) !== undefined, answer };
}

/** A body that is not JSON stays as it is, to be refused. */
function withMembers(body: Buffer, members: Record<string, unknown>): Buffer {
  try {
    const given = JSON.parse(body.toString() || "{}") as object;
    return Buffer.from(JSON.stringify({ ...given, ...members }));
  } catch {
    return body;
  }
}
