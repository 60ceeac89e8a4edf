import { isDeepStrictEqual } from "node:util";

/** One kind of request that clients make. */
export interface RequestTemplate {
  /** Default: `GET`. */
  method?: string;
  /** Path and query, e.g. `/api/trivia/questions`. */
  path: string;
  headers?: Record<string, string>;
  /** Sent as it is; set `content-type` in `headers`. */
  body?: string;
  /** The status that is no failure. Default: 200. */
  status?: number;
  /** What the body must hold: a JSON field, by dotted path (`questions.0.id`), that is there, or equals a value. */
  json?: { field: string; equals?: unknown };
}

export interface ClientOptions {
  /** Whose clients: the environment, e.g. `prod`. */
  name: string;
  /** `http://127.0.0.1:PORT`, without a path. */
  origin: string;
  /** Requests a second of wall time, evenly spaced. */
  ratePerSecond: number;
  /** Sent in turn. */
  requests: RequestTemplate[];
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
    versionHeader: (options.versionHeader ?? "x-service-version").toLowerCase(),
    standIns: options.standIns ?? ["bootstrap"],
    timeoutMs: options.timeoutMs ?? 5000,
    maxSeconds: options.maxSeconds ?? 600,
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

/** What is wrong with a body, in a sentence; undefined when nothing is. */
export function checkBody(check: NonNullable<RequestTemplate["json"]>, body: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return "the body is not JSON";
  }
  for (const key of check.field.split("."))
    value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  if (value === undefined) return `the body has no "${check.field}"`;
  if (check.equals === undefined || isDeepStrictEqual(value, check.equals)) return undefined;
  const was = JSON.stringify(value).slice(0, 60);
  return `"${check.field}" in the body is ${was}, not ${JSON.stringify(check.equals)}`;
}
