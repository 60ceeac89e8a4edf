import type { DeploymentTarget } from "@aws-sdk/client-codedeploy";
import type { Aws } from "../../core/aws";
import type { Progress, Rollout, Steps } from "../deployments/deployer";
import { TaskSets, type ServiceKey } from "./task-sets";
import type { TrafficRoute } from "./traffic-route";

/** Gives all traffic back to the original task set, at once, and removes the replacement. */
export class GiveBack implements Rollout {
  constructor(
    private readonly aws: Aws,
    private readonly service: ServiceKey,
    private readonly route: TrafficRoute,
    private readonly blue: string,
    private readonly green: string,
    /** What it undoes: the same service, by the same events. */
    private readonly undone: Pick<Rollout, "lifecycle" | "targetId" | "describe">,
  ) {}

  get lifecycle(): readonly string[] {
    return this.undone.lifecycle;
  }

  get targetId(): string {
    return this.undone.targetId;
  }

  async run(steps: Steps): Promise<void> {
    const taskSets = new TaskSets(this.aws, steps, this.service);
    await this.route.shiftProduction(0);
    await this.route.shiftTest(0);
    await taskSets.makePrimary(this.blue);
    await taskSets.delete(this.green);
  }

  undo(): undefined {
    return undefined;
  }

  describe(progress: Progress): Promise<DeploymentTarget> {
    return this.undone.describe(progress);
  }
}
