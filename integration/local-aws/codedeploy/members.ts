import { only, type Obeyed } from "../core/members";
import { deployers } from "./deployers";

const tags: Obeyed = { Key: true, Value: true };
const alarms: Obeyed = { enabled: true, ignorePollAlarmFailure: true, alarms: { name: true } };
const rollback: Obeyed = { enabled: true, events: true };
const revision: Obeyed = {
  revisionType: only("AppSpecContent", "String"),
  string: { content: true, sha256: true },
  appSpecContent: { content: true, sha256: true },
};
/** What is a deployment group's on every compute platform, and what each has besides. */
const group: Obeyed = Object.assign(
  {
    applicationName: true,
    serviceRoleArn: true,
    deploymentConfigName: true,
    alarmConfiguration: alarms,
    autoRollbackConfiguration: rollback,
    deploymentStyle: { deploymentType: true, deploymentOption: true },
    // AWS's default, which tools send. It is about instances that are launched during a deployment.
    outdatedInstancesStrategy: only("UPDATE"),
  },
  ...deployers.map(({ groupMembers }) => groupMembers),
) as Obeyed;

/** What CodeDeploy obeys here of each operation. */
export const obeyed = {
  CreateApplication: { applicationName: true, computePlatform: true, tags },
  GetApplication: { applicationName: true },
  BatchGetApplications: { applicationNames: true },
  ListApplications: { nextToken: true },
  UpdateApplication: { applicationName: true, newApplicationName: true },
  DeleteApplication: { applicationName: true },
  RegisterApplicationRevision: { applicationName: true, description: true, revision },
  GetApplicationRevision: { applicationName: true, revision },
  ListTagsForResource: { ResourceArn: true, NextToken: true },
  TagResource: { ResourceArn: true, Tags: tags },
  UntagResource: { ResourceArn: true, TagKeys: true },
  CreateDeploymentConfig: {
    deploymentConfigName: true,
    computePlatform: true,
    trafficRoutingConfig: {
      type: true,
      timeBasedCanary: { canaryPercentage: true, canaryInterval: true },
      timeBasedLinear: { linearPercentage: true, linearInterval: true },
    },
  },
  GetDeploymentConfig: { deploymentConfigName: true },
  ListDeploymentConfigs: { nextToken: true },
  DeleteDeploymentConfig: { deploymentConfigName: true },
  CreateDeploymentGroup: { ...group, deploymentGroupName: true, tags },
  GetDeploymentGroup: { applicationName: true, deploymentGroupName: true },
  BatchGetDeploymentGroups: { applicationName: true, deploymentGroupNames: true },
  ListDeploymentGroups: { applicationName: true, nextToken: true },
  UpdateDeploymentGroup: { ...group, currentDeploymentGroupName: true, newDeploymentGroupName: true },
  DeleteDeploymentGroup: { applicationName: true, deploymentGroupName: true },
  CreateDeployment: {
    applicationName: true,
    deploymentGroupName: true,
    revision,
    deploymentConfigName: true,
    description: true,
    autoRollbackConfiguration: rollback,
    overrideAlarmConfiguration: alarms,
    // The defaults. Both are about servers.
    fileExistsBehavior: only("DISALLOW"),
    deploymentMode: only("STANDARD"),
  },
  GetDeployment: { deploymentId: true },
  BatchGetDeployments: { deploymentIds: true },
  ListDeployments: {
    applicationName: true,
    deploymentGroupName: true,
    includeOnlyStatuses: true,
    createTimeRange: { start: true, end: true },
    nextToken: true,
  },
  StopDeployment: { deploymentId: true, autoRollbackEnabled: true },
  ContinueDeployment: { deploymentId: true, deploymentWaitType: true },
  GetDeploymentTarget: { deploymentId: true, targetId: true },
  BatchGetDeploymentTargets: { deploymentId: true, targetIds: true },
  ListDeploymentTargets: { deploymentId: true, nextToken: true, targetFilters: { TargetStatus: true } },
  PutLifecycleEventHookExecutionStatus: {
    deploymentId: true,
    lifecycleEventHookExecutionId: true,
    status: true,
  },
} satisfies Record<string, Obeyed>;
