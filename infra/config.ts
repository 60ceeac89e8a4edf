import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { allow, group, matching, whole } from "./lib/checks";
import { type Duration, isDuration, toSeconds } from "./lib/duration";
import { isSecret } from "./secrets";
import { inOrderOfUse, type ServiceDefinition } from "./definitions";
import { type Service, kindOf } from "./kinds";
import { services as ownServices } from "./services";

const minutes = (least: number, most: number) => {
  const what = allow(`a time from ${String(least)} to ${String(most)} minutes, written "5 minutes"`);
  return z.custom<Duration>((value) => {
    if (typeof value !== "string" || !isDuration(value)) return false;
    const count = toSeconds(value) / 60;
    return Number.isInteger(count) && count >= least && count <= most;
  }, what);
};

const accountId = matching(/^\d{12}$/, "a 12-digit account id, in quotes");
const subnetIds = (what: string) =>
  z.array(matching(/^subnet-[0-9a-z]+$/, "subnet ids"), allow(what)).min(2, allow(what));

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const retentionDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557];

const network = group({
  vpcId: matching(/^vpc-[0-9a-z]+$/, "the id of a VPC"),
  publicSubnetIds: subnetIds("at least two subnets, in different zones, with a route to the internet"),
  privateSubnetIds: subnetIds("at least two subnets, in different zones, with a route out through NAT"),
  testTrafficCidrs: z
    .array(
      matching(/^\d+\.\d+\.\d+\.\d+\/\d+$/, "address ranges such as 203.0.113.7/32"),
      allow("a list of address ranges"),
    )
    .min(1, allow("at least the addresses of the NAT gateways, from where the hook functions come")),
});

const common = (definitions: readonly ServiceDefinition[]) => ({
  network: network.optional(),
  certificateArn: matching(
    /^arn:[^:]+:acm:[^:]+:\d{12}:certificate\/.+$/,
    "the ARN of an ACM certificate",
  ).optional(),
  testPort: whole(1, 65_535, "a port")
    .refine(
      (port) => port !== 80 && port !== 443,
      allow("a port other than 80 and 443, which serve customers"),
    )
    .default(9002),
  deployment: group({
    canaryPercent: whole(1, 100, "percent").default(100),
    // CodeDeploy moves the rest of the traffic after at most two days, as it keeps the old version at most that long.
    // https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_BlueInstanceTerminationOption.html
    canaryInterval: minutes(1, 2880).default("5 minutes"),
    terminationWait: minutes(0, 2880).default("5 minutes"),
  }).prefault({}),
  alarms: group({ target5xxPerMinute: whole(1, 1_000_000, "a number of answers").default(5) }).prefault({}),
  protect: z.boolean(allow("true or false")).default(true),
  logRetentionDays: z
    .int(allow(`one of ${retentionDays.join(", ")}`))
    .refine((days) => retentionDays.includes(days), allow(`one of ${retentionDays.join(", ")}`))
    .default(30),
  services: servicesOf(definitions),
});

function servicesOf(definitions: readonly ServiceDefinition[]) {
  const shape = Object.fromEntries(
    inOrderOfUse(definitions).map((one) => [one.name, kindOf(one).configured(one).prefault({})]),
  );
  return group(shape)
    .prefault({})
    .transform((all): Service[] => Object.values(all));
}

const staging = (definitions: readonly ServiceDefinition[]) =>
  group({
    environment: z.literal("staging"),
    ...common(definitions),
    source: group({
      connectionArn: matching(
        /^arn:[^:]+:(codestar-connections|codeconnections):[^:]+:\d{12}:connection\/.+$/,
        "the ARN of a connection to the repository's host",
      ),
      repository: matching(/^[\w.-]+(\/[\w.-]+)+$/, "owner/name"),
      branch: matching(/^[^\s*?[\]]+$/, "the name of a branch"),
    }),
    promoteToAccount: accountId.optional(),
  });

const prod = (definitions: readonly ServiceDefinition[]) =>
  group({
    environment: z.literal("prod"),
    ...common(definitions),
    promotedFromAccount: accountId.optional(),
  });

const schema = (definitions: readonly ServiceDefinition[]) =>
  z
    .discriminatedUnion(
      "environment",
      [staging(definitions), prod(definitions)],
      allow('"staging" or "prod"'),
    )
    .superRefine((config, context) => {
      // A certificate is for names; a load balancer's own name is not among them.
      for (const { name, domainName } of config.services)
        if ((config.certificateArn === undefined) !== (domainName === undefined))
          context.addIssue({
            code: "custom",
            path: ["services", name, "domainName"],
            message: config.certificateArn
              ? "allowed is a name that certificateArn is for and that leads to the service's load balancer"
              : "allowed only with certificateArn",
            input: domainName,
          });
    });

/** Every key that some environment takes. */
export const configKeys = [...new Set([staging([]), prod([])].flatMap(({ shape }) => Object.keys(shape)))];

/**
 * Every argument that some environment takes, however deep: `testPort`, `deployment.canaryPercent`,
 * `services.<name>.cpu`. A list, and a map of texts, is one argument.
 */
export function configArguments(): string[] {
  const ofAnyName = ownServices.map((one) => schema([{ ...one, name: "<name>", uses: [] }]));
  const jsonSchemas = ofAnyName.map((one) => z.toJSONSchema(one, { io: "input", unrepresentable: "any" }));
  return [...new Set(jsonSchemas.flatMap((one) => leaves(one)))];
}

function leaves(of: z.core.JSONSchema._JSONSchema, path: readonly string[] = []): string[] {
  if (typeof of === "object") {
    const { oneOf, properties } = of;
    if (oneOf) return oneOf.flatMap((one) => leaves(one, path));
    if (properties) return Object.entries(properties).flatMap(([key, at]) => leaves(at, [...path, key]));
  }
  return [path.join(".")];
}

/** The configuration of a stack that builds releases and promotes them. */
export type StagingConfig = z.infer<ReturnType<typeof staging>>;
/** The configuration of a stack that receives releases. */
export type ProdConfig = z.infer<ReturnType<typeof prod>>;
/** One environment. Every field is filled in; times are typed, counts are in range, `services` are complete. */
export type EnvironmentConfig = StagingConfig | ProdConfig;

/** Keys whose value is a text as it stands; all others are JSON, which is how Pulumi hands over numbers and objects. */
const texts = new Set(["environment", "certificateArn", "promoteToAccount", "promotedFromAccount"]);

function valueAt(values: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], values);
}

function sentences(issue: z.core.$ZodIssue, values: Record<string, unknown>): string[] {
  const name = (path: readonly PropertyKey[]) => `greenroom:${path.map(String).join(".")}`;
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return `${name(path)} is ${JSON.stringify(valueAt(values, path))}, but is not a key here: ${issue.message}`;
    });
  const value = valueAt(values, issue.path);
  return [
    `${name(issue.path)} is ${value === undefined ? "not set" : JSON.stringify(value)}: ${issue.message}`,
  ];
}

/**
 * Checks the values of a stack's `greenroom:` keys (without that prefix), as Pulumi hands them over: texts.
 * @throws Error that lists every wrong key with its value and what is allowed.
 */
export function parseConfig(
  raw: Readonly<Record<string, string>>,
  definitions: readonly ServiceDefinition[] = ownServices,
): EnvironmentConfig {
  const values: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(raw)) {
    // Pulumi wants a default for every declared key that a stack may leave out: an empty one stands for "not set".
    if (text === "" || text === "{}") continue;
    try {
      values[key] = texts.has(key) ? text : (JSON.parse(text) as unknown);
    } catch {
      values[key] = text;
    }
  }
  const result = schema(definitions).safeParse(values);
  if (result.success) return result.data;
  throw wrong(result.error.issues.flatMap((issue) => sentences(issue, values)));
}

function wrong(problems: readonly string[]): Error {
  return new Error(
    `The configuration of this stack is wrong:\n${problems.map((problem) => `  ${problem}`).join("\n")}\nChange it in Pulumi.<stack>.yaml or with \`pulumi config set\`.`,
  );
}

const whySecretsAreRefused =
  "is a secret, but would be in the stack's state and in the templates as plain text: put what is secret into Secrets " +
  "Manager or Parameter Store, and into this key, with --plaintext, only its name there";

/**
 * This stack's configuration.
 * @throws Error as {@link parseConfig} does, before anything is registered; for a secret one, without its value.
 */
export function readConfig(): EnvironmentConfig {
  const prefix = `${pulumi.getProject()}:`;
  // allConfig() is the only way to see keys that nobody asks for, a misspelt one for instance.
  const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  const secrets = own.map(([key]) => key).filter(isSecret);
  if (secrets.length > 0) throw wrong(secrets.map((key) => `${key} ${whySecretsAreRefused}`));
  return parseConfig(Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])));
}
