import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { repositoryRoot } from "./lib/bundling";
import { type EnvironmentConfig, parseConfig } from "./config";
import { Environment } from "./environment";
import { ecsService, type ServiceDefinition } from "./definitions";
import { awsProvider } from "./provider";

/** A resource as the program registered it. */
export interface Recorded {
  type: string;
  name: string;
  /** Exactly what the program gave: an absent key was not given. */
  inputs: Record<string, unknown>;
  custom: boolean;
  ignoreChanges: string[];
  protect: boolean;
  /** URN of the parent. */
  parent: string;
  /** `urn::id` of the provider given, or empty. */
  provider: string;
  dependencies: string[];
  /** Types that it had before, by alias. */
  formerTypes: string[];
}

/** Account and region that the mocks answer with. */
export const mockAccount = { accountId: "111111111111", region: "us-east-1" };

/** What Pulumi's engine would find out; everything else comes back as it was given. */
function outputsOf({ type, name, inputs }: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
  const given = inputs as Record<string, string | undefined>;
  const arn = (service: string, resource: string) =>
    `arn:aws:${service}:${mockAccount.region}:${mockAccount.accountId}:${resource}`;
  const named = given["name"] ?? name;
  switch (type) {
    case "awsx:ec2:Vpc":
      return {
        vpcId: "vpc-1",
        publicSubnetIds: ["subnet-public1", "subnet-public2"],
        privateSubnetIds: ["subnet-private1", "subnet-private2"],
      };
    case "aws:ec2/eip:Eip":
      return { publicIp: "203.0.113.7", allocationId: `eipalloc-${name}` };
    case "aws:iam/role:Role":
      return { arn: `arn:aws:iam::${mockAccount.accountId}:role/${named}` };
    case "aws:s3/bucket:Bucket":
      return { arn: `arn:aws:s3:::${given["bucket"] ?? name}` };
    case "aws:lb/loadBalancer:LoadBalancer":
      return {
        arn: arn("elasticloadbalancing", `loadbalancer/app/${named}/1`),
        arnSuffix: `app/${named}/1`,
        dnsName: `${named}.elb.amazonaws.com`,
      };
    case "aws:lb/targetGroup:TargetGroup":
      return {
        arn: arn("elasticloadbalancing", `targetgroup/${named}/1`),
        arnSuffix: `targetgroup/${named}/1`,
      };
    case "aws:lb/listener:Listener":
      return { arn: arn("elasticloadbalancing", `listener/app/lb/1/${name}`) };
    case "aws:ecr/repository:Repository":
      return {
        arn: arn("ecr", `repository/${named}`),
        repositoryUrl: `${mockAccount.accountId}.dkr.ecr.${mockAccount.region}.amazonaws.com/${named}`,
      };
    case "aws:cloudwatch/logGroup:LogGroup":
      return { arn: arn("logs", `log-group:${named}`) };
    case "aws:lambda/function:Function":
      return { arn: arn("lambda", `function:${named}`) };
    default:
      return { arn: arn(type.split("/")[0]?.split(":")[1] ?? "x", named) };
  }
}

function answer({ token }: pulumi.runtime.MockCallArgs): Record<string, unknown> {
  switch (token) {
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { accountId: mockAccount.accountId, arn: `arn:aws:iam::${mockAccount.accountId}:root` };
    case "aws:index/getRegion:getRegion":
      return { region: mockAccount.region };
    default:
      throw new Error(`The program calls ${token}, which the tests do not know`);
  }
}

/** Resources of a program by type and name, and the values of its outputs. */
export class Recording<Result> {
  constructor(
    readonly resources: Recorded[],
    readonly result: Result,
  ) {}

  /** The one resource of this type and name. @throws Error that lists the names there are. */
  get(type: string, name: string): Recorded {
    const found = this.all(type).filter((resource) => resource.name === name);
    if (found.length === 1 && found[0]) return found[0];
    const names = this.all(type).map((resource) => resource.name);
    throw new Error(
      `${String(found.length)} of ${type} are called ${name}; there are ${names.join(", ") || "none"}`,
    );
  }

  all(type: string): Recorded[] {
    return this.resources.filter((resource) => resource.type === type);
  }
}

/**
 * Runs a program under Pulumi's mocks until every resource and output of it has settled, and gives what it registered.
 * Errors of any of them fail it. Records what the program *asks for*; it does not prove what AWS makes of it.
 */
export async function record<Result>(
  program: () => Result | Promise<Result>,
  { stack = "test" }: { stack?: string } = {},
): Promise<Recording<Result>> {
  const resources: Recorded[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        const state = { name: args.name, ...(args.inputs as object), ...outputsOf(args) };
        return { id: args.custom === false ? undefined : `${args.name}-id`, state };
      },
      call: answer,
    },
    "greenroom",
    stack,
    false,
  );
  listen(resources);
  const result = await program();
  // Waits for all registrations, those that only start when others are done included.
  await pulumi.runtime.disconnect();
  return new Recording(resources, result);
}

/** The requests that reach the monitor: mocks alone do not show resource options such as `ignoreChanges`. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getObject(): Parameters<typeof pulumi.runtime.deserializeProperties>[0];
  getCustom(): boolean;
  getIgnorechangesList(): string[];
  getProtect(): boolean;
  getParent(): string;
  getProvider(): string;
  getDependenciesList(): string[];
  getAliasesList(): { getSpec(): { getType(): string } | undefined }[];
}
interface Monitor {
  registerResource(
    request: RegisterRequest,
    callback: (error: unknown, response: unknown) => void,
  ): Promise<void>;
}

function listen(resources: Recorded[]) {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const original = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    resources.push({
      type: request.getType(),
      name: request.getName(),
      inputs: pulumi.runtime.deserializeProperties(request.getObject()) as Record<string, unknown>,
      custom: request.getCustom(),
      ignoreChanges: request.getIgnorechangesList(),
      protect: request.getProtect(),
      parent: request.getParent(),
      provider: request.getProvider(),
      dependencies: request.getDependenciesList(),
      formerTypes: request.getAliasesList().flatMap((alias) => alias.getSpec()?.getType() || []),
    });
    return original(request, callback);
  };
}

/** The value of an output. */
export function valueOf<T>(output: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve, reject) => {
    pulumi.output(output).apply(resolve);
    setTimeout(() => {
      reject(new Error("an output did not settle within 5 s"));
    }, 5000).unref();
  });
}

/** What the tests of this program have for services: another one in infra/services.ts changes nothing here. */
export const testServices: readonly ServiceDefinition[] = [
  ecsService({
    healthCheckPath: "/health",
    name: "trivia-api",
    hook: "hooks/after-allow-test-traffic.ts",
    objectives: { availabilityPercent: 99.9, latencyP99Ms: 500 },
    expectedRate: 10,
  }),
];

/** The configuration of a stack of this repository, with some keys changed. */
export function stackConfig(
  stack: "staging" | "prod",
  changes: Record<string, unknown> = {},
): EnvironmentConfig {
  const file = parse(readFileSync(path.join(repositoryRoot, `Pulumi.${stack}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  const own = Object.entries(file.config)
    .filter(([key]) => key.startsWith("greenroom:"))
    .map(([key, value]) => [key.slice("greenroom:".length), value] as const);
  const values: Record<string, unknown> = Object.fromEntries(own);
  const services = Object.entries((values["services"] ?? {}) as Record<string, unknown>);
  const known = services.filter(([name]) => testServices.some((one) => one.name === name));
  return parseConfig(asPulumi({ ...values, services: Object.fromEntries(known), ...changes }), testServices);
}

/** Configuration values as Pulumi hands them to a program: texts as they are, everything else as JSON. */
export function asPulumi(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

/** The statements of a policy that a resource was given. */
export function statementsOf(policy: unknown): Record<string, unknown>[] {
  return (JSON.parse(policy as string) as { Statement: Record<string, unknown>[] }).Statement;
}

/** The texts of an archive's files. */
export async function filesOf(archive: unknown): Promise<Record<string, string>> {
  const assets = await (archive as pulumi.asset.AssetArchive).assets;
  const texts = Object.entries(assets).map(async ([name, asset]) => [
    name,
    await (asset as pulumi.asset.StringAsset).text,
  ]);
  return Object.fromEntries(await Promise.all(texts)) as Record<string, string>;
}

const environments = new Map<string, Promise<Recording<Environment>>>();

/** This repository's staging or prod, recorded once for all tests: bundling the functions is what takes its time. */
export function recordedEnvironment(stack: "staging" | "prod"): Promise<Recording<Environment>> {
  let made = environments.get(stack);
  if (!made) {
    made = record(
      () => {
        const config = stackConfig(stack);
        return new Environment(config, { provider: awsProvider(config.environment) });
      },
      { stack },
    );
    environments.set(stack, made);
  }
  return made;
}
