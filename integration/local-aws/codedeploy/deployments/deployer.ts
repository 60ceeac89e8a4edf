import type {
  ComputePlatform,
  CreateDeploymentGroupCommandInput,
  DeploymentGroupInfo,
  DeploymentInfo,
  DeploymentTarget,
  ErrorCode,
  LifecycleEvent,
  TargetStatus,
  TrafficRoutingConfig,
} from "@aws-sdk/client-codedeploy";
import type { Aws, Identity } from "../../core/aws";
import type { Obeyed } from "../../core/members";

/** What a deployment group is created with, but for its name. */
export type GroupSettings = Omit<
  CreateDeploymentGroupCommandInput,
  "applicationName" | "deploymentGroupName" | "tags"
>;

/** Everything that CodeDeploy does in a way of its own on one compute platform. */
export interface Deployer {
  platform: ComputePlatform;
  /** Its predefined configurations, by what follows `CodeDeployDefault.`. The first is the default of its groups. */
  configs: readonly (readonly [string, TrafficRoutingConfig])[];
  /** What is obeyed of a group besides what every platform's groups have. */
  groupMembers: Obeyed;
  /** Throws AWS's own exception for a group that cannot deploy there. */
  checkGroup(settings: GroupSettings): void;
  /**
   * Makes ready to deploy a revision.
   *
   * @throws InvalidRevisionException for an AppSpec that is not the platform's
   */
  rollout(aws: Aws, order: Order, appSpec: string): Rollout;
  /** The code of a deployment that ends with this error, where another service has refused a call. */
  refusal(error: unknown): ErrorCode | undefined;
}

/** A deployment to be made. */
export interface Order {
  /** As it was created: a group that changes later changes no deployment. */
  info: DeploymentInfo & { deploymentId: string };
  group: DeploymentGroupInfo;
  owner: Identity;
}

/** One deployment, as its platform does it. */
export interface Rollout {
  /** The names of its lifecycle events, in order. */
  lifecycle: readonly string[];
  targetId: string;
  /** Throws a DeploymentError, or what another service refused, when it cannot go on. */
  run(steps: Steps): Promise<void>;
  /** What gives everything back to the live version, at once. Undefined while nothing has been changed. */
  undo(): Rollout | undefined;
  describe(progress: Progress): Promise<DeploymentTarget>;
}

/** What every kind of target tells of a deployment. */
export interface Progress {
  deploymentId: string;
  targetId: string;
  lastUpdatedAt: Date;
  lifecycleEvents: LifecycleEvent[];
  status: TargetStatus;
}

/** What a rollout is made of. All of it ends early when the deployment is stopped. */
export interface Steps {
  /** The role of the deployment group, which does everything. */
  as: Identity;
  /** Aborts when the deployment is stopped. */
  signal: AbortSignal;
  throwIfStopped(): void;
  /** Does the work of a lifecycle event. */
  step(event: string, work: () => Promise<void>): Promise<void>;
  /** A lifecycle event that is a hook's; without one nothing happens in it. */
  hook(event: string, functionName: string | undefined): Promise<void>;
  /** Gives the candidate its share, percent by percent, as the deployment's configuration says. */
  shiftTraffic(shift: (percent: number) => Promise<void>): Promise<void>;
  /** Waits for ContinueDeployment, where the group wants it. */
  readyWait(): Promise<void>;
  /** Waits until the old version goes. False when it is kept. */
  terminationWait(): Promise<boolean>;
}
