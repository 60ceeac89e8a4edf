/**
 * One page of a list, and the token for the next.
 *
 * @param refuse the service's own error for a token that it has not given
 */
export function page<T>(
  items: readonly T[],
  token: string | undefined,
  size: number,
  refuse: () => Error,
): { items: T[]; nextToken?: string } {
  const start = token === undefined ? 0 : Number(Buffer.from(token, "base64url").toString() || Number.NaN);
  if (!Number.isInteger(start) || start < 0 || start > items.length) throw refuse();
  const end = start + size;
  return {
    items: items.slice(start, end),
    ...(end < items.length ? { nextToken: Buffer.from(String(end)).toString("base64url") } : {}),
  };
}
