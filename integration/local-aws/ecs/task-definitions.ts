import * as sdk from "@aws-sdk/client-ecs";
import type { Clock } from "../core/clock";
import type { Handlers } from "../core/service";
import type { ContainerRuntime } from "../core/container-runtime";
import { inOrder } from "./dependencies";
import { clientError, invalid } from "./errors";
import { checkedHealthCheck } from "./health-check";
import { refuseOthers } from "./members";
import type { EcsState, StoredTaskDefinition } from "./model";
import { checkSecrets } from "./secrets";

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
const fargateMemoryMiB: Record<string, (memory: number) => boolean> = {
  "256": (m) => [512, 1024, 2048].includes(m),
  "512": (m) => m >= 1024 && m <= 4096 && m % 1024 === 0,
  "1024": (m) => m >= 2048 && m <= 8192 && m % 1024 === 0,
  "2048": (m) => m >= 4096 && m <= 16384 && m % 1024 === 0,
  "4096": (m) => m >= 8192 && m <= 30720 && m % 1024 === 0,
  "8192": (m) => m >= 16384 && m <= 61440 && m % 4096 === 0,
  "16384": (m) => m >= 32768 && m <= 122880 && m % 8192 === 0,
};

/** A task definition by ARN, `family:revision`, or `family` for its newest active revision. */
export function findTaskDefinition(state: EcsState, reference: string): StoredTaskDefinition {
  const name = reference.includes("task-definition/") ? reference.split("task-definition/")[1] : reference;
  const [family = "", revision] = (name ?? "").split(":");
  const revisions = state.families.get(family) ?? [];
  const found = revision
    ? revisions.find((one) => one.revision === Number(revision))
    : revisions.filter(({ status }) => status === "ACTIVE").at(-1);
  if (!found) throw clientError(`Unable to describe task definition: ${reference}`);
  return found;
}

/** A task definition that tasks can be started from: "you can't use an INACTIVE task definition to … create new services". */
export function usableTaskDefinition(state: EcsState, reference: string): StoredTaskDefinition {
  const found = findTaskDefinition(state, reference);
  if (found.status !== "ACTIVE") throw clientError("TaskDefinition is inactive");
  return found;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html */
export function taskDefinitions(
  stateOf: (caller: { account: string; region: string }) => EcsState,
  clock: Clock,
  runtime: ContainerRuntime["name"],
) {
  return {
    RegisterTaskDefinition: async (input, caller) => {
      refuseOthers("RegisterTaskDefinition", input);
      const state = stateOf(caller);
      const { tags = [], ...wanted } = input;
      const containerDefinitions = checked(input, runtime);
      const family = input.family ?? "";
      const revisions = state.families.get(family) ?? [];
      const revision = (revisions.at(-1)?.revision ?? 0) + 1;
      const taskDefinition: StoredTaskDefinition = {
        ...wanted,
        family,
        revision,
        taskDefinitionArn: `arn:aws:ecs:${caller.region}:${caller.account}:task-definition/${family}:${revision}`,
        containerDefinitions,
        status: "ACTIVE",
        volumes: input.volumes ?? [],
        placementConstraints: input.placementConstraints ?? [],
        compatibilities: ["EC2", "FARGATE"],
        requiresCompatibilities: input.requiresCompatibilities ?? [],
        requiresAttributes: [],
        registeredAt: clock.now(),
        registeredBy: `arn:aws:iam::${caller.account}:root`,
      };
      state.families.set(family, [...revisions, taskDefinition]);
      state.tagsOfTaskDefinitions.set(taskDefinition.taskDefinitionArn, tags);
      return { taskDefinition, tags };
    },
    DescribeTaskDefinition: async (input, caller) => {
      const state = stateOf(caller);
      const taskDefinition = findTaskDefinition(state, input.taskDefinition ?? "");
      const tags = state.tagsOfTaskDefinitions.get(taskDefinition.taskDefinitionArn) ?? [];
      return { taskDefinition, ...(input.include?.includes("TAGS") ? { tags } : {}) };
    },
    DeregisterTaskDefinition: async (input, caller) => {
      const taskDefinition = findTaskDefinition(stateOf(caller), input.taskDefinition ?? "");
      taskDefinition.status = "INACTIVE";
      taskDefinition.deregisteredAt = clock.now();
      return { taskDefinition };
    },
    ListTaskDefinitions: async (input, caller) => {
      const all = [...stateOf(caller).families.values()].flat();
      const arns = all
        .filter(({ family }) => !input.familyPrefix || family === input.familyPrefix)
        .filter(({ status }) => status === (input.status ?? "ACTIVE"))
        .map(({ taskDefinitionArn }) => taskDefinitionArn);
      return { taskDefinitionArns: input.sort === "DESC" ? arns.reverse() : arns };
    },
  } satisfies Handlers<typeof sdk>;
}

/** Refuses what AWS refuses, and fills in what a read on AWS shows. */
function checked(
  input: sdk.RegisterTaskDefinitionCommandInput,
  runtime: ContainerRuntime["name"],
): StoredTaskDefinition["containerDefinitions"] {
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(input.family ?? ""))
    throw clientError(`Invalid family name: "${input.family}"`);
  const fargate = input.requiresCompatibilities?.includes("FARGATE");
  if (fargate) {
    if (input.networkMode !== "awsvpc") throw clientError("Fargate only supports network mode 'awsvpc'.");
    const fits = fargateMemoryMiB[input.cpu ?? ""]?.(Number(input.memory));
    if (!fits) {
      throw clientError(
        `No Fargate configuration exists for given values: ${input.cpu ?? "no"} CPU, ${input.memory ?? "no"} memory.`,
      );
    }
  }
  const containers = input.containerDefinitions ?? [];
  if (containers.length === 0) throw clientError("Container list cannot be empty.");
  const names = new Set<string>();
  const definitions = containers.map((container, i) => {
    const { name, image } = container;
    if (!name) throw clientError(`Container definition ${i + 1} has no name.`);
    if (!image) throw clientError(`Container.image should not be null or empty (container "${name}").`);
    if (/[<>]/.test(image)) {
      throw clientError(`Container "${name}" has the image "${image}", in which a placeholder was left.`);
    }
    if (names.has(name)) throw clientError(`Container names must be unique: "${name}".`);
    names.add(name);
    if (container.logConfiguration && container.logConfiguration.logDriver !== "awslogs") {
      throw invalid(`not implemented: ECS log driver "${container.logConfiguration.logDriver}"`);
    }
    checkSecrets(container, input.executionRoleArn);
    const healthCheck = checkedHealthCheck(container, runtime);
    return {
      cpu: 0,
      essential: true,
      environment: [],
      mountPoints: [],
      volumesFrom: [],
      systemControls: [],
      ...container,
      ...(healthCheck ? { healthCheck } : {}),
      name,
      image,
      portMappings: (container.portMappings ?? []).map((mapping) => ({
        hostPort: mapping.containerPort,
        protocol: "tcp" as const,
        ...mapping,
      })),
    };
  });
  // Refuses what can never start.
  inOrder(definitions);
  return definitions;
}
