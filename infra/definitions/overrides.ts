import { z } from "zod";
import type { ServiceDefinition } from ".";

const allow = (what: string) => ({ error: `allowed is ${what}` });
const whole = (least: number, most: number, what: string) => {
  const range = allow(`${what} from ${String(least)} to ${String(most)}`);
  return z.int(range).min(least, range).max(most, range);
};

const shape = {
  desiredCount: whole(1, 100, "a number of tasks").optional(),
  cpu: whole(256, 4096, "CPU units").optional(),
  memory: whole(512, 30_720, "MiB").optional(),
  domainName: z
    .string(allow("a domain name"))
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, allow("a domain name"))
    .optional(),
  environment: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, allow("names of environment variables")),
      z.string(allow("a text, in quotes")),
      allow("{NAME: value}"),
    )
    .optional(),
  protect: z.boolean(allow("true or false")).optional(),
};

/** What one environment's configuration may say of a container service. */
export const ecsOverrides = z.strictObject(shape, allow(`{${Object.keys(shape).join(", ")}}`));
export type EcsOverrides = z.infer<typeof ecsOverrides>;

/** A service as one environment runs it. */
export type Service = ServiceDefinition & {
  /** Where customers go, with HTTPS. @default the name of the load balancer, with HTTP */
  domainName?: string;
  /** Whether what the service has is guarded against deletion. @default as its environment */
  protect?: boolean;
};

/** A service with what an environment's configuration says of it. */
export function overridden(definition: ServiceDefinition, overrides: EcsOverrides = {}): Service {
  const { environment, domainName, protect, ...sizes } = overrides;
  const given = Object.fromEntries(Object.entries(sizes).filter(([, value]) => value !== undefined));
  return {
    ...definition,
    ...given,
    environment: { ...definition.environment, ...environment },
    domainName,
    protect,
  };
}
