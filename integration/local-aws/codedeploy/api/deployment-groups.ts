import { randomUUID } from "node:crypto";
import * as sdk from "@aws-sdk/client-codedeploy";
import type { Handlers } from "../../core/service";
import { deployerOf } from "../deployers";
import type { Deployer, GroupSettings } from "../deployments/deployer";
import type { Application, Group, StateOf } from "../model";
import { findApplication } from "./applications";
import { checkAlarms, checkRollback, isName, listed } from "./checks";
import { findConfig, predefined } from "./deployment-configs";

const $metadata = {};

export function findGroup(application: Application, name: string | undefined): Group {
  if (!name)
    throw new sdk.DeploymentGroupNameRequiredException({
      message: "Deployment group name is required.",
      $metadata,
    });
  const group = application.groups.get(name);
  if (group) return group;
  const message = `No Deployment Group found for name: ${name}`;
  throw new sdk.DeploymentGroupDoesNotExistException({ message, $metadata });
}

const alreadyExists = (name: string | undefined) =>
  new sdk.DeploymentGroupAlreadyExistsException({
    message: `Deployment group already exists: ${name}`,
    $metadata,
  });

/** https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeploymentGroup.html and its neighbours */
export function deploymentGroups(stateOf: StateOf) {
  return {
    CreateDeploymentGroup: async (input, caller) => {
      const state = stateOf(caller);
      const application = findApplication(state, input.applicationName);
      const name = input.deploymentGroupName ?? "";
      if (!name)
        throw new sdk.DeploymentGroupNameRequiredException({
          message: "Deployment group name is required.",
          $metadata,
        });
      checkGroupName(name);
      if (application.groups.has(name)) throw alreadyExists(name);
      const deployer = deployerOf(application.info.computePlatform);
      const deploymentConfigName = input.deploymentConfigName ?? `${predefined}${deployer.configs[0]?.[0]}`;
      findConfig(state, deploymentConfigName);
      check(deployer, input);
      const { applicationName = "", tags, serviceRoleArn = "", ...settings } = input;
      const deploymentGroupId = randomUUID();
      application.groups.set(name, {
        info: {
          triggerConfigurations: [],
          autoScalingGroups: [],
          outdatedInstancesStrategy: "UPDATE",
          ...kept(settings),
          applicationName,
          deploymentGroupId,
          deploymentGroupName: name,
          serviceRoleArn,
          deploymentConfigName,
          computePlatform: deployer.platform,
        } as Group["info"],
        arn: `arn:aws:codedeploy:${caller.region}:${caller.account}:deploymentgroup:${applicationName}/${name}`,
        tags: tags ?? [],
      });
      return { deploymentGroupId };
    },
    GetDeploymentGroup: async (input, caller) => {
      const application = findApplication(stateOf(caller), input.applicationName);
      return { deploymentGroupInfo: findGroup(application, input.deploymentGroupName).info };
    },
    BatchGetDeploymentGroups: async (input, caller) => {
      const application = findApplication(stateOf(caller), input.applicationName);
      const names = input.deploymentGroupNames ?? [];
      return { deploymentGroupsInfo: names.map((name) => findGroup(application, name).info) };
    },
    ListDeploymentGroups: async (input, caller) => {
      const application = findApplication(stateOf(caller), input.applicationName);
      const { items, ...rest } = listed([...application.groups.keys()], input.nextToken);
      return { applicationName: input.applicationName, deploymentGroups: items, ...rest };
    },
    UpdateDeploymentGroup: async (input, caller) => {
      const state = stateOf(caller);
      const application = findApplication(state, input.applicationName);
      const group = findGroup(application, input.currentDeploymentGroupName);
      const {
        applicationName: _a,
        currentDeploymentGroupName: _c,
        newDeploymentGroupName,
        ...settings
      } = input;
      if (input.deploymentConfigName) findConfig(state, input.deploymentConfigName);
      if (newDeploymentGroupName) checkGroupName(newDeploymentGroupName);
      const other = application.groups.get(newDeploymentGroupName ?? "");
      if (other && other !== group) throw alreadyExists(newDeploymentGroupName);
      check(deployerOf(group.info.computePlatform), { ...group.info, ...given(settings) } as GroupSettings);
      Object.assign(group.info, kept(settings));
      if (newDeploymentGroupName) {
        application.groups.delete(group.info.deploymentGroupName);
        group.info.deploymentGroupName = newDeploymentGroupName;
        group.arn = group.arn.replace(/\/[^/]*$/, `/${newDeploymentGroupName}`);
        application.groups.set(newDeploymentGroupName, group);
      }
      return { hooksNotCleanedUp: [] };
    },
    DeleteDeploymentGroup: async (input, caller) => {
      const application = findApplication(stateOf(caller), input.applicationName);
      application.groups.delete(input.deploymentGroupName ?? "");
      return { hooksNotCleanedUp: [] };
    },
  } satisfies Handlers<typeof sdk>;
}

const given = <T extends object>(value: T): Partial<T> =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Partial<T>;

/** Settings as they are answered with: "The default value is false" of the alarms' part, where a caller leaves it out.
 *  https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_AlarmConfiguration.html */
const kept = (settings: Partial<GroupSettings>): Partial<GroupSettings> =>
  given({
    ...settings,
    alarmConfiguration: settings.alarmConfiguration && {
      ignorePollAlarmFailure: false,
      ...given(settings.alarmConfiguration),
    },
  });

function check(deployer: Deployer, settings: GroupSettings): void {
  if (!settings.serviceRoleArn)
    throw new sdk.RoleRequiredException({ message: "The role is required.", $metadata });
  if (!/^arn:[^:]+:iam::\d{12}:role\//.test(settings.serviceRoleArn)) {
    throw new sdk.InvalidRoleException({
      message: `"${settings.serviceRoleArn}" is not the ARN of a role.`,
      $metadata,
    });
  }
  deployer.checkGroup(settings);
  checkRollback(settings.autoRollbackConfiguration);
  checkAlarms(settings.alarmConfiguration);
}

function checkGroupName(name: string): void {
  if (isName(name)) return;
  const message = `The deployment group name "${name}" is not valid.`;
  throw new sdk.InvalidDeploymentGroupNameException({ message, $metadata });
}
