import { existsSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { defaultExport } from "../default-export";
import type { EnvironmentName } from "../environments";
import {
  type Audience,
  type Expectation,
  type Traffic,
  type TrafficRequest,
  trafficSchema,
} from "./definition";
import { pathTemplate } from "./label";
import type { RequestTemplate } from "./options";

/** What the clients of one environment send. */
export interface ClientAudience {
  requests: RequestTemplate[];
  /** Each client keeps the cookies that it is given. */
  jar: boolean;
}

/** Where a service says what its clients send, from the checkout's root. */
export const trafficFile = (directory: string): string => path.join(directory, "rehearsal", "traffic.ts");

/**
 * Reads a service's traffic file, and checks it.
 * @param root the checkout
 * @param directory the service's folder in it
 * @throws Error naming file, key and value, and what is allowed
 */
export function loadTraffic(root: string, directory: string): Record<EnvironmentName, ClientAudience> {
  const file = trafficFile(directory);
  const absolute = path.join(root, file);
  if (!existsSync(absolute))
    throw new Error(
      `${file} is missing: it says what the service's customers send; see integration/rehearsal/traffic/definition.ts`,
    );
  return audiencesOf(defaultExport(absolute), file, path.dirname(absolute));
}

/** The same, with these headers in each request. */
export const withHeaders = (audience: ClientAudience, headers: Record<string, string>): ClientAudience => ({
  ...audience,
  requests: audience.requests.map((one) => ({ ...one, headers: { ...one.headers, ...headers } })),
});

/** Checks what a traffic file exports, and gives each environment's part. Sources are read from `folder`. */
export function audiencesOf(
  exported: unknown,
  file: string,
  folder: string,
): Record<EnvironmentName, ClientAudience> {
  const read = withSources(exported, file, folder);
  const { success, error } = trafficSchema.safeParse(read);
  if (!success) throw new Error(error.issues.map((issue) => `${file}: ${said(issue, read)}`).join("\n"));
  const { environments, ...everywhere } = read as Read<Traffic>;
  const audience = (name: EnvironmentName) => {
    const own = environments?.[name] ?? {};
    return clientAudience({ ...everywhere, ...own, headers: { ...everywhere.headers, ...own.headers } });
  };
  return { staging: audience("staging"), prod: audience("prod") };
}

/** A traffic file's content after its sources have been read. */
type Read<T extends Partial<Audience>> = Omit<T, "requests" | "environments"> & {
  requests: TrafficRequest[];
  environments?: Partial<Record<EnvironmentName, Partial<Read<Audience>>>>;
};

function withSources(part: unknown, file: string, folder: string): unknown {
  if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
  const { requests, environments, ...rest } = part as Record<string, unknown>;
  const read = Array.isArray(requests)
    ? requests.flatMap((one: unknown): unknown => {
        if (typeof one !== "function") return [one];
        try {
          return (one as (folder: string) => unknown)(folder);
        } catch (error) {
          throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, {
            cause: error,
          });
        }
      })
    : requests;
  const each =
    typeof environments === "object" && environments !== null
      ? Object.fromEntries(
          Object.entries(environments).map(([name, own]) => [name, withSources(own, file, folder)]),
        )
      : environments;
  return {
    ...rest,
    ...(requests === undefined ? {} : { requests: read }),
    ...(environments === undefined ? {} : { environments: each }),
  };
}

function said(issue: z.core.$ZodIssue, root: unknown): string {
  const at = issue.path.join(".");
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `${at ? `${at}.` : ""}${key} is no key; ${issue.message}`).join("; ");
  const value = issue.path.reduce<unknown>(
    (inside, key) =>
      typeof inside === "object" && inside !== null
        ? (inside as Record<PropertyKey, unknown>)[key]
        : undefined,
    root,
  );
  const shown =
    value === undefined ? "is missing" : `is ${JSON.stringify(value)?.slice(0, 80) ?? typeof value}`;
  return `${at || "the default export"} ${shown}; ${issue.message}`;
}

function clientAudience({ requests, headers, cookies }: Read<Audience>): ClientAudience {
  const cookie =
    typeof cookies === "object"
      ? Object.entries(cookies)
          .map(([name, value]) => `${name}=${value}`)
          .join("; ")
      : "";
  const all = { ...lower(headers), ...(cookie ? { cookie } : {}) };
  return { requests: requests.map((request) => requestTemplate(request, all)), jar: cookies === "jar" };
}

function requestTemplate(request: TrafficRequest, audience: Record<string, string>): RequestTemplate {
  const { method = "GET", path: at, weight = 1, headers, body, expect = {}, template } = request;
  const json = body !== undefined && typeof body !== "string";
  const type: Record<string, string> = json ? { "content-type": "application/json" } : {};
  return {
    method,
    path: at,
    weight,
    headers: { ...type, ...audience, ...lower(headers) },
    body: json ? JSON.stringify(body) : (body as string | undefined),
    expect: { ...expect, headers: lower(expect.headers) } satisfies Expectation,
    label: `${method} ${template ?? pathTemplate(at)}`,
  };
}

const lower = (headers: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
