import { parseCookie } from "undici";

/** How many clients keep cookies of their own. */
const clients = 32;

/** The cookies that clients were given, each its own. Requests are theirs in turn. */
export class CookieJars {
  private readonly jars = Array.from({ length: clients }, () => new Map<string, string>());

  /** The cookie header of the n-th request, with what it sends anyway. */
  header(n: number, own: string | undefined): string | undefined {
    const kept = [...this.of(n)].map(([name, value]) => `${name}=${value}`);
    const all = [...(own ? [own] : []), ...kept];
    return all.length > 0 ? all.join("; ") : undefined;
  }

  /** Keeps what the answer to the n-th request sets, and forgets what it takes back. */
  keep(n: number, setCookie: string | string[] | undefined): void {
    for (const line of [setCookie ?? []].flat()) {
      const cookie = parseCookie(line);
      if (!cookie) continue;
      const over =
        cookie.maxAge !== undefined ? cookie.maxAge <= 0 : Number(cookie.expires ?? Infinity) <= Date.now();
      if (over) this.of(n).delete(cookie.name);
      else this.of(n).set(cookie.name, cookie.value);
    }
  }

  private of(n: number): Map<string, string> {
    return this.jars[n % clients] as Map<string, string>;
  }
}
