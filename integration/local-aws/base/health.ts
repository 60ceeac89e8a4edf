import { z } from "zod";
import { BaseError } from "./base";

/**
 * What `/_localstack/health` says; MiniStack answers it, too.
 * @see https://docs.localstack.cloud/aws/configuration/networking/internal-endpoints/
 */
export interface Health {
  product: "MiniStack" | "LocalStack";
  version: string;
  /** What is offered, by signing name: `available` is started with its first call, `running` was. */
  services: ReadonlySet<string>;
  /** What is there but failed, in the words of the health endpoint. */
  broken: readonly string[];
}

/** `disabled` is what the licence, or SERVICES, leaves out; `initialized` and `starting` are on their way to `running`. */
const offered = new Set(["available", "initialized", "running", "starting"]);

/** Where the health endpoint's name of a service is not the one that calls are signed with. */
const signingNames: Record<string, string> = {
  cloudwatch: "monitoring",
  elbv2: "elasticloadbalancing",
  stepfunctions: "states",
};

const answerSchema = z.object({
  version: z.string(),
  services: z.record(z.string(), z.string()),
  // Only MiniStack says whether it checks signatures.
  auth: z.string().optional(),
});

/** Reads a health answer. @throws BaseError that says what is wrong with it */
export function parseHealth(text: string): Health {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new BaseError(`answered its health check with no JSON: ${excerpt(text)}`);
  }
  const answer = answerSchema.safeParse(json);
  if (!answer.success) {
    throw new BaseError(`answered its health check without its version and services: ${excerpt(text)}`);
  }
  const { version, services, auth } = answer.data;
  const entries = Object.entries(services);
  return {
    product: auth === undefined ? "LocalStack" : "MiniStack",
    version,
    services: new Set(
      entries.filter(([, state]) => offered.has(state)).map(([name]) => signingNames[name] ?? name),
    ),
    broken: entries.filter(([, state]) => state === "error").map(([name]) => name),
  };
}

const excerpt = (text: string) => JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);

/**
 * Waits until the base answers its health check, with something that can be understood.
 *
 * @param options.name what it is, for people: the beginning of the sentence when it does not
 * @param options.limitMs in wall time
 */
export async function healthOf(
  url: string,
  { name, limitMs, hint }: { name: string; limitMs: number; hint: string },
): Promise<Health> {
  const deadline = Date.now() + limitMs;
  let last = "nothing answers";
  do {
    try {
      const answer = await fetch(`${url}/_localstack/health`, { signal: AbortSignal.timeout(5000) });
      const text = await answer.text();
      // What answers with something else than a health check will not come round to it.
      if (answer.ok) return parseHealth(text);
      last = `it answers with status ${answer.status}: ${excerpt(text)}`;
    } catch (error) {
      if (error instanceof BaseError) throw new BaseError(`${name} ${error.message}; ${hint}`);
      last = reasonOf(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (Date.now() < deadline);
  throw new BaseError(`${name} is not healthy at ${url} after ${limitMs / 1000} seconds: ${last}; ${hint}`);
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error
    ? cause.message || String((cause as NodeJS.ErrnoException).code)
    : String(cause);
}
