import { setTimeout as wait } from "node:timers/promises";
import type { Base } from "./base";
import { healthOf } from "./health";
import { miniStackVersion } from "./ministack";

/** How often a base that somebody else has started is asked whether it is still there. In wall time. */
const watchMs = 2000;

/** Uses a base that runs already. It is left as it is: what a rehearsal makes in it stays there. */
export async function useEndpoint(url: string, warn: (message: string) => void): Promise<Base> {
  const name = `the base at ${url}`;
  const ask = (limitMs: number) =>
    healthOf(url, { name, limitMs, hint: "start it, or choose another --base" });
  const { product, version, services, broken } = await ask(5000);
  if (product === "MiniStack" && version !== miniStackVersion()) {
    warn(`${name} is MiniStack ${version}; the local AWS is written for ${miniStackVersion()}`);
  }
  for (const service of broken) warn(`${name} could not start ${service}; another base serves it`);
  const timers = new AbortController();
  const failed = watch(() => ask(5 * watchMs), timers.signal);
  failed.catch(() => undefined);
  // Functions there would not find the gateway: what their environment says is not ours to say.
  const served = [...services].filter((service) => service !== "lambda");
  return {
    product,
    name: `${product} ${version} at ${url}`,
    version,
    services: new Set(served),
    url,
    failed,
    close: () => Promise.resolve(timers.abort()),
  };
}

/** Rejects when a check that is made again and again fails. */
async function watch(check: () => Promise<unknown>, signal: AbortSignal): Promise<never> {
  for (;;) {
    // Ended by the signal, it waits for ever, which keeps nothing alive.
    await wait(watchMs, undefined, { signal, ref: false }).catch(() => new Promise(() => undefined));
    await check();
  }
}
