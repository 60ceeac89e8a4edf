import type http from "node:http";

/** Passes an answer on with a wrong body: of the same type where it is JSON, but not what was asked for. */
export function spoil(
  answer: http.IncomingMessage,
  headers: readonly string[],
  response: http.ServerResponse,
): void {
  const body = /json/i.test(answer.headers["content-type"] ?? "") ? `{"wrong":"body"}` : "wrong body\n";
  // What says something of the right body would give the wrong one away.
  const left = [
    "content-length",
    "content-encoding",
    "content-md5",
    "digest",
    "repr-digest",
    "content-digest",
  ];
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (!left.includes(name.toLowerCase())) kept.push(name, headers[i + 1] as string);
  }
  kept.push("content-length", String(body.length));
  answer.resume();
  answer.once("end", () => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, kept);
    response.end(body);
  });
}

/** Whether an answer has a body that could be wrong. */
export const hasBody = (method: string | undefined, status: number): boolean =>
  method !== "HEAD" && status !== 204 && status !== 304;
