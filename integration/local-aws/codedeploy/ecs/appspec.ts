import { InvalidRevisionException } from "@aws-sdk/client-codedeploy";
import type { AwsVpcConfiguration } from "@aws-sdk/client-ecs";
import { isMap, LineCounter, parseDocument } from "yaml";

/** The lifecycle events that can have a hook, in order. https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html#reference-appspec-file-structure-hooks-list-ecs */
export const hookEvents = [
  "BeforeInstall",
  "AfterInstall",
  "AfterAllowTestTraffic",
  "BeforeAllowTraffic",
  "AfterAllowTraffic",
] as const;
export type HookEvent = (typeof hookEvents)[number];

/** An AppSpec file for an Amazon ECS service. */
export interface AppSpec {
  taskDefinition: string;
  containerName: string;
  containerPort: number;
  platformVersion?: string;
  networkConfiguration?: AwsVpcConfiguration;
  /** Function name or ARN by event. */
  hooks: Partial<Record<HookEvent, string>>;
}

const refuse = (message: string): never => {
  throw new InvalidRevisionException({ message: `The AppSpec file is not valid: ${message}`, $metadata: {} });
};

/**
 * Reads an AppSpec file, YAML or JSON. Anything that it may not have is refused, with line and key.
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html#reference-appspec-file-structure-resources-ecs
 */
export function parseAppSpec(content: string): AppSpec {
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, uniqueKeys: true });
  const problem = document.errors[0];
  if (problem) refuse(`line ${problem.linePos?.[0].line ?? 1}: ${problem.message.split("\n")[0]}`);
  if (!isMap(document.contents)) refuse("it is not a map with version, Resources and Hooks");

  const at = (path: readonly (string | number)[]) => {
    const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
    const line = node?.range ? `line ${lines.linePos(node.range[0]).line}: ` : "";
    return `${line}${path.join(".")}`;
  };
  const text = (path: (string | number)[], required = true): string => {
    const value: unknown = document.getIn(path);
    if (typeof value === "string" && value !== "") return value;
    if (value === undefined && !required) return "";
    return refuse(`${at(path)} must be a string`);
  };
  const only = (path: (string | number)[], allowed: readonly string[]) => {
    const node = path.length ? document.getIn(path) : document.contents;
    if (!isMap(node)) return refuse(`${at(path)} must be a map`);
    for (const { key } of node.items) {
      const name = String(key);
      if (!allowed.includes(name))
        refuse(`${at([...path, name])} is not known; allowed: ${allowed.join(", ")}`);
    }
  };
  const list = (path: (string | number)[]): number => {
    const items = document.getIn(path) as { items?: unknown[] } | undefined;
    if (items === undefined) return 0;
    return Array.isArray(items.items) ? items.items.length : refuse(`${at(path)} must be a list`);
  };

  only([], ["version", "Resources", "Hooks"]);
  const version: unknown = document.get("version");
  if (Number(version) !== 0) refuse(`${at(["version"])} must be 0.0`);
  if (list(["Resources"]) !== 1) refuse("Resources must list exactly one TargetService");
  only(["Resources", 0], ["TargetService"]);
  const service = ["Resources", 0, "TargetService"];
  only(service, ["Type", "Properties"]);
  if (text([...service, "Type"]) !== "AWS::ECS::Service")
    refuse(`${at([...service, "Type"])} must be AWS::ECS::Service`);
  const properties = [...service, "Properties"];
  only(properties, [
    "TaskDefinition",
    "LoadBalancerInfo",
    "PlatformVersion",
    "NetworkConfiguration",
    "CapacityProviderStrategy",
  ]);
  if (document.hasIn([...properties, "CapacityProviderStrategy"])) {
    refuse(`${at([...properties, "CapacityProviderStrategy"])} is not implemented here`);
  }
  only([...properties, "LoadBalancerInfo"], ["ContainerName", "ContainerPort"]);
  const containerPort: unknown = document.getIn([...properties, "LoadBalancerInfo", "ContainerPort"]);
  if (typeof containerPort !== "number")
    refuse(`${at([...properties, "LoadBalancerInfo", "ContainerPort"])} must be a number`);

  const hooks: AppSpec["hooks"] = {};
  for (let i = 0; i < list(["Hooks"]); i++) {
    only(["Hooks", i], hookEvents);
    for (const event of hookEvents) {
      if (!document.hasIn(["Hooks", i, event])) continue;
      if (hooks[event]) refuse(`${at(["Hooks", i, event])} is there twice`);
      hooks[event] = text(["Hooks", i, event]);
    }
  }
  return {
    taskDefinition: text([...properties, "TaskDefinition"]),
    containerName: text([...properties, "LoadBalancerInfo", "ContainerName"]),
    containerPort: containerPort as number,
    platformVersion: text([...properties, "PlatformVersion"], false) || undefined,
    networkConfiguration: network(
      document.getIn([...properties, "NetworkConfiguration", "AwsvpcConfiguration"]),
    ),
    hooks,
  };
}

function network(node: unknown): AwsVpcConfiguration | undefined {
  if (!isMap(node)) return undefined;
  const value = node.toJSON() as {
    Subnets?: string[];
    SecurityGroups?: string[];
    AssignPublicIp?: "ENABLED" | "DISABLED";
  };
  return {
    subnets: value.Subnets ?? [],
    securityGroups: value.SecurityGroups,
    assignPublicIp: value.AssignPublicIp,
  };
}
