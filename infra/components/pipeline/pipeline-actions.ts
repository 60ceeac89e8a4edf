import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import type { ArtifactBucket } from "../storage/artifact-bucket";
import type { BlueGreenService } from "../ecs-service/ecs-service";
import type { BuildProject } from "./build-project";
import type { Statement } from "../iam/role";
import type { Promotion } from "../promotion/promotion";

/** An action of a pipeline, before it has a role. */
export type Action = Omit<
  aws.types.input.codepipeline.PipelineStageAction,
  "roleArn" | "owner" | "version"
> & {
  name: string;
};
/** An action with what its own role may do. */
export interface ActionWithPermissions {
  action: Action;
  /** @default the action needs no role */
  statements?: Statement[];
}

export interface Source {
  connectionArn: string;
  /** `owner/name` */
  repository: string;
  branch: string;
}

const read = (artifacts: ArtifactBucket): Statement => ({
  actions: ["s3:GetObject", "s3:GetObjectVersion"],
  resources: [artifacts.objects("*")],
});
const write = (artifacts: ArtifactBucket): Statement => ({
  actions: ["s3:PutObject"],
  resources: [artifacts.objects("*")],
});

/** @see https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html */
export function commitSource(source: Source, artifacts: ArtifactBucket): ActionWithPermissions {
  return {
    action: {
      name: "Source",
      category: "Source",
      provider: "CodeStarSourceConnection",
      namespace: "SourceVariables",
      outputArtifacts: ["Source"],
      configuration: {
        ConnectionArn: source.connectionArn,
        FullRepositoryId: source.repository,
        BranchName: source.branch,
        OutputArtifactFormat: "CODE_ZIP",
      },
    },
    statements: [
      {
        // Connections made before and after the service was renamed differ in the prefix.
        actions: ["codestar-connections:UseConnection", "codeconnections:UseConnection"],
        resources: [source.connectionArn],
      },
      write(artifacts),
    ],
  };
}

/** An object in a bucket. @see https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html */
export function objectSource(
  name: "Templates" | "Release",
  from: { bucket: ArtifactBucket; key: string },
  artifacts: ArtifactBucket,
): ActionWithPermissions {
  return {
    action: {
      name,
      category: "Source",
      provider: "S3",
      outputArtifacts: [name],
      configuration: {
        S3Bucket: from.bucket.bucketName,
        S3ObjectKey: from.key,
        PollForSourceChanges: "false", // an event starts the pipeline
      },
    },
    statements: [
      {
        actions: ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"],
        resources: [from.bucket.objects(from.key)],
      },
      {
        actions: ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
        resources: [from.bucket.arn],
      },
      write(artifacts),
    ],
  };
}

/** @see https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html */
export function build(
  name: string,
  category: "Build" | "Test",
  project: BuildProject,
  input: string,
  output?: string,
): ActionWithPermissions {
  return {
    action: {
      name,
      category,
      provider: "CodeBuild",
      inputArtifacts: [input],
      outputArtifacts: output === undefined ? undefined : [output],
      configuration: { ProjectName: project.projectName },
    },
    statements: [
      {
        actions: ["codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild"],
        resources: [project.arn],
      },
    ],
  };
}

/** @see https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html */
export function deploy(
  service: BlueGreenService,
  release: string,
  account: Account,
  artifacts: ArtifactBucket,
): ActionWithPermissions {
  const { applicationName, deploymentGroupName, deploymentConfigName } = service.strategy;
  const { nodes } = service.strategy;
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
          service.taskDefinition.nodes.bootstrap.family.apply((f) =>
            account.arn("ecs", `task-definition/${f}:*`),
          ),
        ],
        conditions: { StringEquals: { "ecs:CreateAction": "RegisterTaskDefinition" } },
      },
      {
        actions: ["iam:PassRole"],
        resources: service.taskDefinition.roleArns,
        conditions: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
      },
      read(artifacts),
    ],
  };
}

/** A person decides. @see https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html */
export function approval(question: pulumi.Input<string>): ActionWithPermissions {
  return {
    action: {
      name: "Approve",
      category: "Approval",
      provider: "Manual",
      configuration: { CustomData: question },
    },
  };
}

/** @see https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Lambda.html */
export function promote(
  promotion: Promotion,
  release: string,
  artifacts: ArtifactBucket,
): ActionWithPermissions {
  return {
    action: {
      name: "Promote",
      category: "Invoke",
      provider: "Lambda",
      inputArtifacts: [release],
      configuration: { FunctionName: promotion.functionName },
    },
    statements: [
      { actions: ["lambda:InvokeFunction"], resources: [promotion.functionArn] },
      // CodePipeline looks the function up by listing, which has no resource-level permission.
      { actions: ["lambda:ListFunctions"], resources: ["*"] },
      // The function gets this role's credentials for the artifact with its job.
      read(artifacts),
    ],
  };
}
