import type { Context } from "../context";
import { type ActionWithPermissions, reading } from "../pipeline/actions/action";
import type { ArtifactBucket } from "../storage/artifact-bucket";
import type { CodeDeployStrategy } from "./code-deploy-strategy";
import type { TaskDefinition } from "./task-definition";

export interface DeployActionArgs {
  context: Context;
  strategy: CodeDeployStrategy;
  taskDefinition: TaskDefinition;
  artifactBucket: ArtifactBucket;
}

/** @see https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html */
export function deployAction(
  release: string,
  { context: { account }, strategy, taskDefinition, artifactBucket }: DeployActionArgs,
): ActionWithPermissions {
  const { applicationName, deploymentGroupName, deploymentConfigName, nodes } = strategy;
  return {
    action: {
      name: "Deploy",
      category: "Deploy",
      provider: "CodeDeployToECS",
      inputArtifacts: [release, "Templates"],
      configuration: {
        ApplicationName: applicationName,
        DeploymentGroupName: deploymentGroupName,
        TaskDefinitionTemplateArtifact: "Templates",
        TaskDefinitionTemplatePath: "taskdef.json",
        AppSpecTemplateArtifact: "Templates",
        AppSpecTemplatePath: "appspec.yaml",
        Image1ArtifactName: release, // whose imageDetail.json names the image by digest
        Image1ContainerName: "IMAGE1_NAME",
      },
    },
    statements: [
      {
        actions: [
          "codedeploy:GetApplication",
          "codedeploy:GetApplicationRevision",
          "codedeploy:RegisterApplicationRevision",
        ],
        resources: [nodes.application.arn],
      },
      {
        actions: ["codedeploy:CreateDeployment", "codedeploy:GetDeployment"],
        resources: [nodes.deploymentGroup.arn],
      },
      {
        actions: ["codedeploy:GetDeploymentConfig"],
        resources: [
          deploymentConfigName.apply((config) => account.arn("codedeploy", `deploymentconfig:${config}`)),
        ],
      },
      {
        // RegisterTaskDefinition has no resource-level permission (the revision has no ARN yet), nor has the tagging
        // that goes with it. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
        actions: ["ecs:RegisterTaskDefinition"],
        resources: ["*"],
      },
      {
        actions: ["ecs:TagResource"],
        resources: [
          taskDefinition.nodes.bootstrap.family.apply((f) => account.arn("ecs", `task-definition/${f}:*`)),
        ],
        conditions: { StringEquals: { "ecs:CreateAction": "RegisterTaskDefinition" } },
      },
      {
        actions: ["iam:PassRole"],
        resources: taskDefinition.roleArns,
        conditions: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
      },
      reading(artifactBucket),
    ],
  };
}
