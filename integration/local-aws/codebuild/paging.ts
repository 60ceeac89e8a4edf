import { invalid } from "./errors";

const pageSize = 100;

/** One page of a list, and the token for the next. */
export function page<T>(items: readonly T[], token: string | undefined): { items: T[]; nextToken?: string } {
  const start = token === undefined ? 0 : Number(Buffer.from(token, "base64url").toString());
  if (!Number.isInteger(start) || start < 0) throw invalid("Invalid nextToken");
  const end = start + pageSize;
  return {
    items: items.slice(start, end),
    ...(end < items.length ? { nextToken: Buffer.from(String(end)).toString("base64url") } : {}),
  };
}
