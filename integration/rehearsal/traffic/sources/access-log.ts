import type { RequestSource } from "../definition";
import { sourceOf, type Recorded, type SourceOptions } from "./recorded";

/**
 * Requests from an access log of an Application Load Balancer, plain or as it lies in S3 (`.gz`). A log has no bodies:
 * only GET, HEAD and OPTIONS are taken.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
 */
export const fromAccessLog = (file: string, options: SourceOptions): RequestSource =>
  sourceOf(file, (content) => entries(file, content.toString("utf8")), options);

/** The first fields of an entry: from `type` to `"request"`, the thirteenth. */
const entry = /^(?:http|https|h2) (?:\S+ ){7}(\d{3}|-) (?:\S+ ){3}"([A-Z-]+) (\S+) [^"]*"/;

function* entries(file: string, text: string): Generator<Recorded> {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  let known = 0;
  for (const line of lines) {
    const [, status = "", method = "", url = ""] = entry.exec(line) ?? [];
    // A malformed request is logged as "- http://…- -".
    if (!URL.canParse(url)) continue;
    known++;
    if (["GET", "HEAD", "OPTIONS"].includes(method))
      yield { method, url: new URL(url), status: Number(status) };
  }
  if (lines.length > 0 && known === 0)
    throw new Error(`${file} is no access log of an Application Load Balancer: no line of it is an entry`);
}
