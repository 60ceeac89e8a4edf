import * as sdk from "@aws-sdk/client-codedeploy";
import type { Session } from "../../direct/session";
import { batches, each, pages, tokens } from "../answers";
import type { Found, Service } from "../resource";
import { setOf, tagsOf, without } from "../shapes";

const client = (aws: Session) => aws.client(sdk.CodeDeployClient);

async function tags(aws: Session, resource: string) {
  const ResourceArn = aws.arn("codedeploy", resource);
  const all = await tokens<string, sdk.Tag>(async (NextToken) => {
    const answer = await client(aws).send(new sdk.ListTagsForResourceCommand({ ResourceArn, NextToken }));
    return [answer.Tags, answer.NextToken];
  });
  return tagsOf(all);
}

async function applications(aws: Session): Promise<Found[]> {
  const paginator = sdk.paginateListApplications({ client: client(aws) }, {});
  const names = await pages(paginator, (page) => page.applications);
  return each(names, async (applicationName) => {
    const { application } = await client(aws).send(new sdk.GetApplicationCommand({ applicationName }));
    const found: Found = {
      kind: "application",
      name: applicationName,
      ids: [application?.applicationId ?? ""],
      attributes: {
        ...without(application ?? {}, "applicationId", "applicationName", "createTime"),
        Tags: await tags(aws, `application:${applicationName}`),
      },
    };
    return [found, ...(await deploymentGroups(aws, applicationName))];
  });
}

async function deploymentGroups(aws: Session, applicationName: string): Promise<Found[]> {
  const paginator = sdk.paginateListDeploymentGroups({ client: client(aws) }, { applicationName });
  const names = await pages(paginator, (page) => page.deploymentGroups);
  const all = await each(batches(names, 100), async (deploymentGroupNames) => {
    const command = new sdk.BatchGetDeploymentGroupsCommand({ applicationName, deploymentGroupNames });
    return (await client(aws).send(command)).deploymentGroupsInfo ?? [];
  });
  return each(all, async (group) => [
    {
      kind: "deployment group",
      name: `${applicationName}/${group.deploymentGroupName}`,
      ids: [group.deploymentGroupId ?? ""],
      attributes: {
        // What was deployed is a release's, not the group's.
        ...without(
          group,
          "deploymentGroupId",
          "deploymentGroupName",
          "targetRevision",
          "lastSuccessfulDeployment",
          "lastAttemptedDeployment",
        ),
        alarmConfiguration: group.alarmConfiguration && {
          ...group.alarmConfiguration,
          alarms: setOf(group.alarmConfiguration.alarms?.map(({ name }) => name)),
        },
        autoRollbackConfiguration: group.autoRollbackConfiguration && {
          ...group.autoRollbackConfiguration,
          events: setOf(group.autoRollbackConfiguration.events),
        },
        triggerConfigurations: setOf(group.triggerConfigurations),
        Tags: await tags(aws, `deploymentgroup:${applicationName}/${group.deploymentGroupName}`),
      },
    },
  ]);
}

async function deploymentConfigs(aws: Session): Promise<Found[]> {
  const paginator = sdk.paginateListDeploymentConfigs({ client: client(aws) }, {});
  const names = await pages(paginator, (page) => page.deploymentConfigsList);
  return each(names, async (deploymentConfigName) => {
    const command = new sdk.GetDeploymentConfigCommand({ deploymentConfigName });
    const { deploymentConfigInfo: config } = await client(aws).send(command);
    return [
      {
        kind: "deployment configuration",
        name: deploymentConfigName,
        ids: [config?.deploymentConfigId ?? ""],
        attributes: without(config ?? {}, "deploymentConfigId", "deploymentConfigName", "createTime"),
      },
    ];
  });
}

/** CodeDeploy: https://docs.aws.amazon.com/codedeploy/latest/APIReference/Welcome.html */
export const codedeploy: Service = {
  types: [
    "aws:codedeploy/application:Application",
    "aws:codedeploy/deploymentConfig:DeploymentConfig",
    "aws:codedeploy/deploymentGroup:DeploymentGroup",
  ],
  read: (aws) => each([applications, deploymentConfigs], (table) => table(aws)),
};
