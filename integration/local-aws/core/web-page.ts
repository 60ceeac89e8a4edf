import type { IncomingMessage } from "node:http";

/** Names that only this machine's own clients have for something on it, with or without a port. */
const ownName = /^(.+\.)?(localhost|127\.0\.0\.1|\[::1\])$/i;

/**
 * Why a request may have been sent by a web page that somebody has open in a browser, and is not to be answered; undefined
 * where no page of another site could have sent it.
 *
 * - A name of another's for this machine: DNS rebinding makes a page's own host name lead here.
 * - `Origin` and `Sec-Fetch-Site` (https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/):
 *   browsers set them, and no page can change them.
 * - A preflight, which no client of AWS sends.
 *
 * @param ownAddresses `HOST:PORT` of what has got the request
 */
export function ofWebPage(
  { method, headers }: Pick<IncomingMessage, "method" | "headers">,
  ownAddresses: readonly string[],
): string | undefined {
  const { host = "", origin } = headers;
  const name = host.replace(/:\d+$/, "");
  // No page has such a name for this machine, so it is one of our own clients: a service that calls another's load balancer.
  if (/\.amazonaws\.com(\.cn)?$/i.test(name)) return undefined;
  if (host !== "" && !ownName.test(name) && !ownAddresses.some((one) => `.${host}`.endsWith(`.${one}`)))
    return `${host} is no name of the local AWS`;
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none")
    return `it comes from a page of another site (Sec-Fetch-Site: ${String(site)})`;
  if (origin !== undefined && origin !== `http://${host}`) return `it comes from a page of ${origin}`;
  if (method === "OPTIONS" && headers["access-control-request-method"] !== undefined)
    return "it asks for a page whether that may call";
  return undefined;
}
