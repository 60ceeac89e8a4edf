import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { allow, variableName } from "../lib/checks";
import { checked } from "./check";
import type { SecretSource } from "../components/ecs-service/secrets";
import type { EnvironmentName } from "../components/context";
import type { Statement } from "../components/iam/role";

/** What a team promises of its service. Today it is checked and shown; alarms and verdicts will be made from it. */
export interface Objectives {
  /**
   * Answers that are no failure, in percent of all.
   * @default 99.9
   * @example 99.95
   */
  availabilityPercent: number;
  /**
   * The 99th percentile of the time to the last byte, in milliseconds.
   * @default 1000
   * @example 250
   */
  latencyP99Ms: number;
}

/** What a definition's `resources` gets to work with. */
export interface ResourcesContext {
  /** The service's name: what names of resources in the program begin with. */
  service: string;
  environment: EnvironmentName;
  /** A physical name for something of this service in this environment: `greenroom-prod-leaderboard-scores`. */
  physicalName(what: string): string;
  /** Give it to every resource: it makes them the service's, protects them, and has the right provider. */
  options: pulumi.CustomResourceOptions;
}

/** What the service gets of its own resources. */
export interface OwnResources {
  /**
   * Environment variables of the container, such as the name of a table.
   * @default {}
   * @example { TEST_URL: routes.testUrl }
   */
  environment?: Record<string, pulumi.Input<string>>;
  /**
   * What the service may do with them: statements of the task role.
   * @default []
   * @example [{ actions: ["dynamodb:Query"], resources: [table.arn] }]
   */
  permissions?: Statement[];
}

/** What every kind of service says of itself. */
export interface CommonDefinition {
  /**
   * The name of its folder under `services/`: lower-case letters, digits and `-`. It becomes part of names on AWS.
   * @example "trivia-api"
   */
  name: string;
  /**
   * Environment variables in every environment.
   * @default {}
   * @example { LOG_LEVEL: "info" }
   */
  environment: Readonly<Record<string, string>>;
  /**
   * Environment variables whose values are in Secrets Manager or Parameter Store.
   * @default {}
   * @example { SIGNING_KEY: { secret: "leaderboard/signing-key" } }
   */
  secrets: Readonly<Record<string, SecretSource>>;
  /**
   * What the service itself may do: statements of its role.
   * @default []
   * @example [{ actions: ["sns:Publish"], resources: ["arn:aws:sns:us-east-1:111111111111:scores"] }]
   */
  permissions: readonly Statement[];
  /**
   * Makes what is the service's own, such as a table.
   * @default nothing
   * @example ({ options, physicalName }) => ({ environment: { BUCKET: new aws.s3.Bucket("x", {}, options).bucket } })
   */
  resources?: (context: ResourcesContext) => OwnResources;
  /**
   * Services that it calls: `leaderboard` becomes the environment variable `LEADERBOARD_URL`.
   * @default []
   * @example ["leaderboard"]
   */
  uses: readonly string[];
  /**
   * What the team promises of it.
   * @default { availabilityPercent: 99.9, latencyP99Ms: 1000 }
   * @example { availabilityPercent: 99.95, latencyP99Ms: 250 }
   */
  objectives: Objectives;
  /**
   * Requests a second that its team expects of customers.
   * @default 10
   * @example 200
   */
  expectedRate: number;
}

/** A service's folder in the repository; a commit that touches it starts the service's pipeline. */
export const directoryOf = ({ name }: Pick<CommonDefinition, "name">): string => `services/${name}`;

const text = (what: string) => z.string(allow(what)).min(1, allow(what));

const permissions = z.array(
  z.strictObject({
    actions: z
      .array(z.string().regex(/^[a-z0-9-]+:[A-Za-z]+$/, allow("whole actions, such as sns:Publish")))
      .min(1, allow("at least one action")),
    resources: z
      .array(
        z
          .custom<pulumi.Input<string>>()
          .refine((arn) => arn !== "*", allow("the ARNs of what it needs, never * for everything")),
      )
      .min(1, allow("at least one resource")),
    conditions: z.custom<Statement["conditions"]>().optional(),
  }),
);

/** What a service's own resources give it, checked as its definition is. @throws Error that names the service's file */
export function checkedResources(service: string, own: OwnResources): OwnResources {
  const shape = z.strictObject({
    environment: z.custom<OwnResources["environment"]>().optional(),
    permissions: permissions.optional(),
  });
  checked(service, shape, own as z.input<typeof shape>);
  return own;
}

/** The checks of {@link CommonDefinition}, for the schema of a kind. */
export const commonShape = {
  // Load balancers and target groups have names of at most 32 characters, which are cut; roles and buckets have more.
  name: z
    .string(allow("a name"))
    .regex(/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/, allow("2 to 32 lower-case letters, digits and -")),
  environment: z.record(variableName, z.string(allow("a text"))).default({}),
  secrets: z
    .record(
      variableName,
      z.union(
        [
          z.strictObject({ secret: text("the name of a secret in Secrets Manager") }),
          z.strictObject({ parameter: text("the name of a parameter in Parameter Store") }),
        ],
        allow('{ secret: "name" } or { parameter: "name" }'),
      ),
    )
    .default({}),
  permissions: permissions.default([]),
  resources: z
    .custom<CommonDefinition["resources"]>((value) => typeof value === "function", allow("a function"))
    .optional(),
  uses: z.array(text("names of services")).default([]),
  objectives: z
    .strictObject({
      availabilityPercent: z
        .number(allow("percent"))
        .gt(0, allow("more than 0 percent"))
        .lt(100, allow("less than 100 percent, which nobody keeps"))
        .default(99.9),
      latencyP99Ms: z.number(allow("milliseconds")).positive(allow("more than 0 milliseconds")).default(1000),
    })
    .prefault({}),
  expectedRate: z
    .number(allow("requests a second"))
    .positive(allow("more than 0 requests a second"))
    .default(10),
} as const;
