import { z } from "zod";
import type { RequestSource } from "../definition";
import { sourceOf, type Recorded, type SourceOptions } from "./recorded";

const header = z.object({ name: z.string(), value: z.string() });
/** What is read of an HTTP archive. http://www.softwareishard.com/blog/har-12-spec/ */
const archive = z.object({
  log: z.object({
    entries: z.array(
      z.object({
        request: z.object({
          method: z.string(),
          url: z.url(),
          headers: z.array(header),
          postData: z.object({ text: z.string().optional() }).optional(),
        }),
        response: z.object({ status: z.number() }),
      }),
    ),
  }),
});

/** What says how to answer, and nothing about who asks. */
const keptHeaders = ["accept", "accept-language", "content-type", "x-requested-with"];

/** Requests from an HTTP archive, as browsers save it from their network view. */
export const fromHar = (file: string, options: SourceOptions): RequestSource =>
  sourceOf(file, (content) => entries(file, content.toString("utf8")), options);

function* entries(file: string, text: string): Generator<Recorded> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error(`${file} is no HTTP archive: it is not JSON`);
  }
  const { data, error } = archive.safeParse(content);
  if (!data) {
    const [issue] = error.issues;
    throw new Error(`${file} is no HTTP archive: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  for (const { request, response } of data.log.entries) {
    const { method, url, headers, postData } = request;
    const kept = headers.map(({ name, value }) => [name.toLowerCase(), value] as const);
    yield {
      method,
      url: new URL(url),
      status: response.status,
      headers: Object.fromEntries(kept.filter(([name]) => keptHeaders.includes(name))),
      body: postData?.text,
    };
  }
}
