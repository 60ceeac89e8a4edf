import * as sdk from "@aws-sdk/client-ecs";
import type { Handlers } from "../core/service";
import { findCluster, invalid } from "./errors";
import type { EcsState } from "./model";
import type { Scheduler } from "./scheduler";

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html and its neighbours */
export function tasks(
  stateOf: (caller: { account: string; region: string }) => EcsState,
  scheduler: Scheduler,
) {
  const find = (state: EcsState, reference = "") =>
    [...state.tasks.values()].find(
      ({ taskArn }) => taskArn === reference || taskArn.endsWith(`/${reference}`),
    );

  return {
    ListTasks: async (input, caller) => {
      const state = stateOf(caller);
      const cluster = findCluster(state, input.cluster);
      const service = input.serviceName?.split("/").at(-1);
      const arns = [...state.tasks.values()]
        .filter((task) => task.clusterArn === cluster.arn)
        .filter((task) => !service || task.group === `service:${service}`)
        .filter(
          (task) => !input.family || task.taskDefinitionArn?.includes(`task-definition/${input.family}:`),
        )
        .filter((task) => !input.startedBy || task.startedBy === input.startedBy)
        .filter((task) => task.desiredStatus === (input.desiredStatus ?? "RUNNING"))
        .map(({ taskArn }) => taskArn);
      return { taskArns: arns };
    },
    DescribeTasks: async (input, caller) => {
      const state = stateOf(caller);
      findCluster(state, input.cluster);
      const found: sdk.Task[] = [];
      const failures: sdk.Failure[] = [];
      for (const reference of input.tasks ?? []) {
        const task = find(state, reference);
        if (task) found.push(task);
        else failures.push({ arn: reference, reason: "MISSING" });
      }
      return { tasks: found, failures };
    },
    StopTask: async (input, caller) => {
      const state = stateOf(caller);
      const task = find(state, input.task);
      if (!task) throw invalid("The referenced task was not found.");
      scheduler.stopTask(task.taskArn, "UserInitiated", input.reason ?? "Task stopped by user");
      return { task };
    },
  } satisfies Handlers<typeof sdk>;
}
