import type { Aws, Identity } from "../../core/aws";
import { minutes } from "../../core/clock";
import type { Deployment } from "../model";
import type { Steps } from "./deployer";
import { runHook } from "./hooks";
import { DeploymentError } from "./interruption";
import { setEventStatus, setStatus } from "./state";

/** The steps of one deployment. */
export class DeploymentSteps implements Steps {
  constructor(
    private readonly aws: Aws,
    readonly as: Identity,
    private readonly deployment: Deployment,
  ) {}

  get signal(): AbortSignal {
    return this.deployment.interruption.signal;
  }

  throwIfStopped(): void {
    this.deployment.interruption.throwIfRaised();
  }

  async step(event: string, work: () => Promise<void>): Promise<void> {
    this.throwIfStopped();
    setEventStatus(this.aws, this.deployment, event, "InProgress");
    try {
      await work();
      this.throwIfStopped();
    } catch (error) {
      setEventStatus(this.aws, this.deployment, event, "Failed", error);
      throw error;
    }
    setEventStatus(this.aws, this.deployment, event, "Succeeded");
  }

  async hook(event: string, functionName: string | undefined): Promise<void> {
    await this.step(event, async () => {
      if (functionName) await runHook(this.aws, this.as, this.deployment, event, functionName);
    });
  }

  /** https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html#deployment-configuration-ecs */
  async shiftTraffic(shift: (percent: number) => Promise<void>): Promise<void> {
    const { type, timeBasedCanary, timeBasedLinear } = this.deployment.routing;
    if (type === "TimeBasedCanary") {
      await shift(timeBasedCanary?.canaryPercentage ?? 0);
      await this.pause(minutes(timeBasedCanary?.canaryInterval ?? 0));
    } else if (type === "TimeBasedLinear") {
      const step = timeBasedLinear?.linearPercentage ?? 100;
      for (let percent = step; percent < 100; percent += step) {
        await shift(percent);
        await this.pause(minutes(timeBasedLinear?.linearInterval ?? 0));
      }
    }
    await shift(100);
  }

  /** STOP_DEPLOYMENT waits for a person's ContinueDeployment, and stops when nobody comes. */
  async readyWait(): Promise<void> {
    const { info, continued } = this.deployment;
    const option = info.blueGreenDeploymentConfiguration?.deploymentReadyOption;
    if (option?.actionOnTimeout !== "STOP_DEPLOYMENT") return;
    setStatus(this.aws, this.deployment, "Ready");
    await this.pause(minutes(option.waitTimeInMinutes ?? 0), continued.ready.signal);
    if (!continued.ready.signal.aborted) {
      const message = "Nobody continued the deployment in time.";
      throw new DeploymentError("TIMEOUT", message, "DEPLOYMENT_STOP_ON_REQUEST");
    }
    setStatus(this.aws, this.deployment, "InProgress");
  }

  /** Until the wait is over, an alarm or a person can have the old version back. */
  async terminationWait(): Promise<boolean> {
    const { info, continued } = this.deployment;
    const terminate = info.blueGreenDeploymentConfiguration?.terminateBlueInstancesOnDeploymentSuccess;
    if (terminate?.action === "KEEP_ALIVE") return false;
    info.instanceTerminationWaitTimeStarted = true;
    const wait = minutes(terminate?.terminationWaitTimeInMinutes ?? 0);
    await this.pause(wait, continued.termination.signal);
    return true;
  }

  /** Waits in one piece, or until `sooner`: the prediction of how long a deployment takes is the sum of its waits. */
  private async pause(awsMs: number, sooner?: AbortSignal): Promise<void> {
    await this.aws.clock.sleep(awsMs, AbortSignal.any(sooner ? [this.signal, sooner] : [this.signal]));
    this.throwIfStopped();
  }
}
