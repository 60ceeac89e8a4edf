import { randomInt } from "node:crypto";
import * as sdk from "@aws-sdk/client-ecs";
import type { Clock } from "../core/clock";
import type { Handlers } from "../core/service";
import { findActiveService, findCluster, findTaskSet, invalid } from "./errors";
import { refuseOthers } from "./members";
import {
  taskSetView,
  type EcsState,
  type StoredService,
  type StoredTaskDefinition,
  type StoredTaskSet,
} from "./model";
import type { Scheduler } from "./scheduler";
import { usableTaskDefinition } from "./task-definitions";

export function newTaskSet(
  service: StoredService,
  taskDefinition: StoredTaskDefinition,
  clock: Clock,
  options: Pick<StoredTaskSet, "networkConfiguration" | "loadBalancers" | "platformVersion"> &
    Partial<Pick<StoredTaskSet, "externalId" | "startedBy" | "scalePercent" | "tags" | "clientToken">>,
): StoredTaskSet {
  const number = Array.from({ length: 19 }, (_, i) => randomInt(i === 0 ? 1 : 0, 10)).join("");
  return {
    arn: `${service.arn.replace(":service/", ":task-set/")}/ecs-svc/${number}`,
    id: `ecs-svc/${number}`,
    primary: false,
    active: true,
    taskDefinition,
    launchType: "FARGATE",
    scalePercent: 100,
    createdAt: clock.now(),
    updatedAt: clock.now(),
    failures: 0,
    pauses: 0,
    tags: [],
    ...options,
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateTaskSet.html and its neighbours */
export function taskSets(
  stateOf: (caller: { account: string; region: string }) => EcsState,
  scheduler: Scheduler,
  clock: Clock,
) {
  const serviceOf = (state: EcsState, input: { cluster?: string; service?: string }) =>
    findActiveService(findCluster(state, input.cluster), input.service);

  return {
    CreateTaskSet: async (input, caller) => {
      refuseOthers("CreateTaskSet", input);
      const state = stateOf(caller);
      const service = serviceOf(state, input);
      const same = service.taskSets.find((one) => one.clientToken && one.clientToken === input.clientToken);
      if (same) return { taskSet: taskSetView(service, same, state.tasks.values()) };
      if (service.taskSets.filter(({ active }) => active).length >= 5) {
        throw invalid("The maximum number of task sets (5) of the service is reached.");
      }
      if (input.scale && input.scale.unit !== "PERCENT") throw invalid("Scale unit must be PERCENT.");
      const set = newTaskSet(service, usableTaskDefinition(state, input.taskDefinition ?? ""), clock, {
        externalId: input.externalId,
        startedBy: "CODE_DEPLOY",
        networkConfiguration: input.networkConfiguration,
        loadBalancers: input.loadBalancers ?? [],
        platformVersion: input.platformVersion ?? "1.4.0",
        scalePercent: input.scale?.value ?? 100,
        tags: input.tags ?? [],
        clientToken: input.clientToken,
      });
      service.taskSets.push(set);
      scheduler.reconcile(service);
      return { taskSet: taskSetView(service, set, state.tasks.values()) };
    },
    DescribeTaskSets: async (input, caller) => {
      const state = stateOf(caller);
      const service = serviceOf(state, input);
      const wanted = input.taskSets?.length
        ? input.taskSets.map((reference) => findTaskSet(service, reference))
        : service.taskSets;
      return { taskSets: wanted.map((set) => taskSetView(service, set, state.tasks.values())), failures: [] };
    },
    UpdateTaskSet: async (input, caller) => {
      refuseOthers("UpdateTaskSet", input);
      if (input.scale && input.scale.unit !== "PERCENT") throw invalid("Scale unit must be PERCENT.");
      const state = stateOf(caller);
      const service = serviceOf(state, input);
      const set = findTaskSet(service, input.taskSet);
      set.scalePercent = input.scale?.value ?? set.scalePercent;
      set.updatedAt = clock.now();
      scheduler.reconcile(service);
      return { taskSet: taskSetView(service, set, state.tasks.values()) };
    },
    UpdateServicePrimaryTaskSet: async (input, caller) => {
      const state = stateOf(caller);
      const service = serviceOf(state, input);
      const primary = findTaskSet(service, input.primaryTaskSet);
      for (const set of service.taskSets) set.primary = set === primary;
      primary.updatedAt = clock.now();
      return { taskSet: taskSetView(service, primary, state.tasks.values()) };
    },
    DeleteTaskSet: async (input, caller) => {
      const state = stateOf(caller);
      const service = serviceOf(state, input);
      const set = findTaskSet(service, input.taskSet);
      if (set.primary) throw invalid("The primary task set of a service cannot be deleted.");
      if (set.scalePercent > 0 && !input.force) {
        throw invalid("The task set cannot be deleted while it is scaled above 0; use force.");
      }
      set.active = false;
      set.updatedAt = clock.now();
      scheduler.reconcile(service);
      return { taskSet: taskSetView(service, set, state.tasks.values()) };
    },
  } satisfies Handlers<typeof sdk>;
}
