import { versionHeader } from "../../local-aws/core/versions";
import type { Expectation } from "./definition";

/** One kind of request that clients send, ready to go. */
export interface RequestTemplate {
  /** @default "GET" */
  method?: string;
  /** Path and query, e.g. `/orders?page=1`. */
  path: string;
  /** How often, beside the others. @default 1 */
  weight?: number;
  headers?: Record<string, string>;
  /** Sent as it is; set `content-type` in `headers`. */
  body?: string;
  /** @default a status of 200 */
  expect?: Expectation;
  /** What a recording calls it: the only thing of it that a report shows. @default method and path */
  label?: string;
}

export const labelOf = ({ method = "GET", path, label }: RequestTemplate): string =>
  label ?? `${method} ${path}`;

export interface ClientOptions {
  /** Whose clients: the environment, e.g. `prod`. */
  name: string;
  /** `http://127.0.0.1:PORT`, without a path. */
  origin: string;
  /** Requests a second of wall time at first, evenly spaced. */
  ratePerSecond: number;
  /** Sent as often as their weights say, in an order that `seed` fixes. */
  requests: RequestTemplate[];
  /** Default: 0. */
  seed?: number;
  /** Each client keeps the cookies that it is given, and sends them. Default: false. */
  jar?: boolean;
  /** The name that clients know the origin by, e.g. the load balancer's DNS name. Default: the origin's own. */
  hostHeader?: string;
  /** The response header that names the version that answered. Default: `x-service-version`. */
  versionHeader?: string;
  /**
   * Versions that only stand in for the service, such as the bootstrap task before the first release: any 2xx
   * of theirs is ok, and their bodies are not checked. Default: `["bootstrap"]`.
   */
  standIns?: string[];
  /** Wall milliseconds from the due time within which the whole answer must be there. Default: 5000. */
  timeoutMs?: number;
  /** Sending ends by itself after this time. Default: 600 s. */
  maxSeconds?: number;
}

export type ResolvedOptions = Required<Omit<ClientOptions, "hostHeader">> & Pick<ClientOptions, "hostHeader">;

/** Fills in defaults. Throws for what no request could be sent with. */
export function resolveOptions(options: ClientOptions): ResolvedOptions {
  const resolved = {
    ...options,
    versionHeader: (options.versionHeader ?? versionHeader).toLowerCase(),
    standIns: options.standIns ?? ["bootstrap"],
    timeoutMs: options.timeoutMs ?? 5000,
    maxSeconds: options.maxSeconds ?? 600,
    seed: options.seed ?? 0,
    jar: options.jar ?? false,
  };
  const refuse = (problem: string) => new RangeError(`clients of ${options.name}: ${problem}`);
  if (options.requests.length === 0) throw refuse("requests is empty; give at least one request to send");
  if (!(options.ratePerSecond > 0 && options.ratePerSecond <= 5000))
    throw refuse(`ratePerSecond is ${options.ratePerSecond}; it must be above 0 and at most 5000`);
  if (!(resolved.timeoutMs > 0)) throw refuse(`timeoutMs is ${resolved.timeoutMs}; it must be above 0`);
  if (!(resolved.maxSeconds > 0 && resolved.maxSeconds <= 86_400))
    throw refuse(`maxSeconds is ${resolved.maxSeconds}; it must be above 0 and at most 86400`);
  if (!URL.canParse(options.origin) || new URL(options.origin).origin !== options.origin)
    throw refuse(`origin is "${options.origin}"; it must look like http://127.0.0.1:8080, without a path`);
  return resolved;
}
