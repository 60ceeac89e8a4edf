import * as sdk from "@aws-sdk/client-ecs";
import type { ContainerRuntime } from "../core/container-runtime";
import type { ActingService } from "../core/acting";
import type { Aws } from "../core/aws";
import { Regional } from "../core/regional";
import { actingService } from "../core/service";
import { clusters } from "./clusters";
import { cannotDo } from "./faults";
import type { EcsState } from "./model";
import { Scheduler } from "./scheduler";
import { services } from "./services";
import { emits } from "./state-events";
import { tags } from "./tags";
import { taskDefinitions } from "./task-definitions";
import { taskSets } from "./task-sets";
import { tasks } from "./tasks";

/** Amazon ECS: task definitions, services under CodeDeploy, their task sets, and tasks that really run. */
export function ecs(aws: Aws, containers: ContainerRuntime): ActingService {
  aws.faults.cannot = cannotDo(containers.name);
  const states = new Regional<EcsState>((account, region) => ({
    owner: aws.root(account, region),
    clusters: new Map(),
    families: new Map(),
    tasks: new Map(),
    tagsOfTaskDefinitions: new Map(),
  }));
  const stateOf = (caller: { account: string; region: string }) => states.of(caller);
  const scheduler = new Scheduler(aws, containers);
  const acting = actingService({
    name: "ECS",
    signingName: "ecs",
    sdk,
    warn: aws.warn,
    handlers: {
      ...clusters(stateOf),
      ...taskDefinitions(stateOf, aws.clock, containers.name),
      ...services(stateOf, scheduler, aws.clock),
      ...taskSets(stateOf, scheduler, aws.clock),
      ...tasks(stateOf, scheduler),
      ...tags(stateOf),
    },
  });
  return { ...acting, emits: [emits], close: () => scheduler.close() };
}
