import { z } from "zod";
import type { EnvironmentName } from "../environments";

const allow = (what: string) => ({ error: `allowed is ${what}` });
/** An object that takes these keys only. */
const group = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, allow(`{${Object.keys(shape).join(", ")}}`));
const texts = (what: string) => z.record(z.string(), z.string(allow("a text")), allow(what));

const status = z.int(allow("a status from 100 to 599, or a list of them")).min(100).max(599);
const headers = texts('{"name": "value"}');

const expectation = group({
  status: z
    .union([status, z.array(status).min(1)], allow("a status from 100 to 599, or a list of them"))
    .optional(),
  has: z
    .array(z.string(allow('a field by its dotted path, "items.0.id"')), allow("a list of fields"))
    .optional(),
  json: z.unknown().optional(),
  headers: headers.optional(),
});

const request = group({
  method: z
    .enum(
      ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
      allow("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
    )
    .optional(),
  path: z
    .string(allow("a path and query"))
    .regex(/^\/[^\s#]*$/, allow('a path and query that begins with "/"')),
  weight: z.number(allow("a number above 0")).positive(allow("a number above 0")).optional(),
  headers: headers.optional(),
  body: z.unknown().optional(),
  expect: expectation.optional(),
  template: z
    .string(allow("a path with {names}"))
    .regex(/^\/\S*$/, allow('a path that begins with "/"'))
    .optional(),
});

const audience = {
  requests: z.array(request, allow("a list of requests")).min(1, allow("at least one request")),
  headers: headers.optional(),
  cookies: z
    .union(
      [z.literal("jar"), texts("names and values")],
      allow('{"name": "value"}, or "jar" for clients that keep what they get'),
    )
    .optional(),
};
const partly = group({ ...audience, requests: audience.requests.optional() });

/** What is checked of a traffic file, once its sources have been read. */
export const trafficSchema = group({
  ...audience,
  environments: group({ staging: partly.optional(), prod: partly.optional() }).optional(),
});

/** What an answer has to be; anything else is a failure that a customer would have seen. */
export interface Expectation {
  /**
   * The status, or the statuses that are as good.
   * @default 200
   * @example [200, 304]
   */
  status?: number | number[];
  /**
   * Fields that the JSON body must have, by dotted path.
   * @default none
   * @example ["categories.0.questions.0.id"]
   */
  has?: string[];
  /**
   * What the JSON body must hold, beside whatever else it has: objects by the members named here, lists item by item.
   * @default anything
   * @example { id: 1 }
   */
  json?: unknown;
  /**
   * Headers that the answer must have, with these values.
   * @default none
   * @example { "cache-control": "no-store" }
   */
  headers?: Record<string, string>;
}

/** One kind of request that clients make. */
export interface TrafficRequest {
  /** @default "GET" */
  method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
  /**
   * Path and query.
   * @example "/orders/1"
   */
  path: string;
  /**
   * How often it is sent, beside the others.
   * @default 1
   * @example 10
   */
  weight?: number;
  /**
   * Sent beside the audience's own.
   * @default none
   * @example { "x-tenant": "blue" }
   */
  headers?: Record<string, string>;
  /**
   * A text is sent as it is, anything else as JSON, with its content type.
   * @default none
   * @example { answer: "Jupiter" }
   */
  body?: unknown;
  /** @default a status of 200 */
  expect?: Expectation;
  /**
   * What a report shows in place of the path, which it never shows.
   * @default the path without its query, with `{id}` for what looks like one
   * @example "/players/{name}"
   */
  template?: string;
}

/** Requests from elsewhere, such as a recording, read when a rehearsal begins. Paths are relative to `folder`. */
export type RequestSource = (folder: string) => TrafficRequest[];

/** Who sends, and what. */
export interface Audience {
  /**
   * Requests, and sources of them such as `fromHar("shop.har", { paths: ["/"] })`.
   * @example [{ path: "/", weight: 3 }, fromAccessLog("yesterday.log.gz", { paths: ["/orders/{id}"] })]
   */
  requests: (TrafficRequest | RequestSource)[];
  /**
   * Headers of each request.
   * @default none
   * @example { accept: "application/json" }
   */
  headers?: Record<string, string>;
  /**
   * Cookies of each request; or `"jar"`: every client keeps the cookies that it is given, and sends them.
   * @default none
   * @example { player: "ada" }
   */
  cookies?: Record<string, string> | "jar";
}

/** What the clients of a service send in a rehearsal: the default export of `services/<name>/rehearsal/traffic.ts`. */
export interface Traffic extends Audience {
  /**
   * What differs in an environment: its requests or cookies take the place of the others', headers are added.
   * @default nothing
   * @example { prod: { cookies: { player: "ada" } } }
   */
  environments?: Partial<Record<EnvironmentName, Partial<Audience>>>;
}
