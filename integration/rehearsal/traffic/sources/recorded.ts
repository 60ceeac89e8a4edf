import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import type { RequestSource, TrafficRequest } from "../definition";
import { templateOf } from "../label";

/** What a source takes of a recording: whoever has it names its paths, as a path may have a person's name in it. */
export interface SourceOptions {
  /**
   * Whose requests: a recording has those of other hosts as well.
   * @default every host's
   * @example "shop.example.com"
   */
  host?: string;
  /**
   * Takes requests of these paths only, written as a report may show them.
   * @example ["/", "/players/{name}"]
   */
  paths: string[];
}

const pathsMissing =
  'its "paths" have to be a list of those to take, as a report may show them: ["/", "/players/{name}"]';
const sourceOptions = z.strictObject(
  {
    host: z.string('"host" is a name such as "shop.example.com"').optional(),
    paths: z.array(z.string(pathsMissing), pathsMissing).min(1, pathsMissing),
  },
  { error: ({ code }) => (code === "unrecognized_keys" ? "its options are host and paths" : pathsMissing) },
);

/** A request of a recording, before equal ones are taken together. */
export interface Recorded {
  method: string;
  url: URL;
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

/**
 * Makes a source of a recording: equal requests become one with a weight, and every status that they had is as good. Only requests that went well are taken, as the
 * others' failures would count as the release's; who sent them (cookies, authorization, user agent, address) never is.
 */
export function sourceOf(
  file: string,
  read: (content: Buffer) => Iterable<Recorded>,
  options: SourceOptions,
): RequestSource {
  return (folder) => {
    const { data, error } = sourceOptions.safeParse(options);
    if (!data) throw new Error(`${file}: ${error.issues.map(({ message }) => message).join("; ")}`);
    const { host, paths } = data;
    const kinds = new Map<string, TrafficRequest & { weight: number; expect: { status: number[] } }>();
    let others = 0;
    for (const { method: name, url, status, headers, body } of read(contentOf(file, folder))) {
      const at = `${url.pathname}${url.search}`;
      const template = templateOf(at, paths);
      const method = methods.find((one) => one === name);
      if (
        !method ||
        template === undefined ||
        status < 200 ||
        status >= 400 ||
        (host && url.hostname !== host)
      ) {
        others++;
        continue;
      }
      const key = JSON.stringify([method, at, headers, body]);
      const kind = kinds.get(key);
      if (!kind)
        kinds.set(key, {
          method,
          path: at,
          weight: 1,
          headers,
          body,
          template,
          expect: { status: [status] },
        });
      else {
        kind.weight++;
        if (!kind.expect.status.includes(status)) kind.expect.status.push(status);
      }
    }
    if (kinds.size === 0)
      throw new Error(
        `${file} has no request that went well${host ? ` of ${host}` : ""} and of ${paths.join(", ")}; ` +
          `${others} others`,
      );
    return [...kinds.values()].sort((a, b) => b.weight - a.weight);
  };
}

function contentOf(file: string, folder: string): Buffer {
  let content: Buffer;
  try {
    content = readFileSync(path.resolve(folder, file));
  } catch (error) {
    throw new Error(
      `${file} cannot be read: ${(error as Error).message}: its path is relative to this file`,
      { cause: error },
    );
  }
  // https://datatracker.ietf.org/doc/html/rfc1952#page-6
  return content[0] === 0x1f && content[1] === 0x8b ? gunzipSync(content) : content;
}
