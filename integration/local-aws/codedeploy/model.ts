import type {
  ApplicationInfo,
  DeploymentConfigInfo,
  DeploymentGroupInfo,
  DeploymentInfo,
  LifecycleEvent,
  RevisionLocation,
  Tag,
  TrafficRoutingConfig,
} from "@aws-sdk/client-codedeploy";
import type { Identity } from "../core/aws";
import type { Rollout } from "./deployments/deployer";
import type { Interruption } from "./deployments/interruption";

export interface Application {
  info: ApplicationInfo & { applicationName: string };
  arn: string;
  groups: Map<string, Group>;
  revisions: { revision: RevisionLocation; description?: string; registerTime: Date }[];
  tags: Tag[];
}

export interface Group {
  info: DeploymentGroupInfo & { deploymentGroupName: string; serviceRoleArn: string };
  arn: string;
  tags: Tag[];
}

export interface Deployment {
  info: DeploymentInfo & { deploymentId: string };
  owner: Identity;
  group: Group;
  rollout: Rollout;
  /** As its configuration was when it was created. */
  routing: TrafficRoutingConfig;
  /** In the order in which they happen. */
  events: (LifecycleEvent & { lifecycleEventName: string })[];
  updatedAt: Date;
  interruption: Interruption;
  /** Its hooks, by execution id. */
  hooks: Map<string, HookExecution>;
  /** Aborted by ContinueDeployment: the wait is over. */
  continued: { ready: AbortController; termination: AbortController };
  finished: Promise<void>;
}

export interface HookExecution {
  event: string;
  report?: "Succeeded" | "Failed";
  /** Whether it is no longer waited for: it has reported, its time was up, or the deployment was stopped. */
  over: boolean;
}

export interface CodeDeployState {
  owner: Identity;
  applications: Map<string, Application>;
  configs: Map<string, DeploymentConfigInfo & { deploymentConfigName: string }>;
  deployments: Map<string, Deployment>;
}

export type StateOf = (caller: { account: string; region: string }) => CodeDeployState;
