/**
 * Host and path of a request to a proxy. Not by `URL`, which refuses `ACCOUNT.127.0.0.1`: a host that ends with a
 * number is an IP address to it.
 */
export function proxyTarget(target: string | undefined): { host: string; path: string } | undefined {
  const [, host, path] = /^http:\/\/([^/?#]+)(.*)$/.exec(target ?? "") ?? [];
  return host ? { host, path: path?.startsWith("/") ? path : `/${path ?? ""}` } : undefined;
}
