import type { ActionTypeId, SourceRevisionType } from "@aws-sdk/client-codepipeline";
import { actOnApproval } from "./actions/approval";
import { actOnCodeBuild } from "./actions/codebuild";
import { actOnCodeDeployToEcs } from "./actions/codedeploy-to-ecs";
import { actOnConnectionSource } from "./actions/connection-source";
import { actOnLambda } from "./actions/lambda";
import { actOnS3Source } from "./actions/s3-source";
import type { Act } from "./actions/action";

export interface ActionType {
  act: Act;
  /** Least and most input and output artifacts. */
  inputs: readonly [number, number];
  outputs: readonly [number, number];
  required: readonly string[];
  optional: readonly string[];
  /** Of a source: by which revisions an execution can be started. */
  revisionTypes?: readonly SourceRevisionType[];
  /** Configuration that AWS has and Greenroom lacks: refused when used, never ignored. */
  lacking?: readonly string[];
}

const codeBuild: ActionType = {
  act: actOnCodeBuild,
  inputs: [1, 5],
  outputs: [0, 5],
  required: ["ProjectName"],
  optional: ["PrimarySource", "EnvironmentVariables", "BatchEnabled", "CombineArtifacts"],
  lacking: ["BatchEnabled", "CombineArtifacts"],
};

const images = [1, 2, 3, 4].flatMap((n) => [`Image${n}ArtifactName`, `Image${n}ContainerName`]);

// Counts: https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-action-artifacts.html
// Configuration: https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-reference.html
const types: Record<string, ActionType> = {
  "Source/AWS/CodeStarSourceConnection": {
    act: actOnConnectionSource,
    inputs: [0, 0],
    outputs: [1, 1],
    required: ["ConnectionArn", "FullRepositoryId", "BranchName"],
    optional: ["OutputArtifactFormat", "DetectChanges"],
    revisionTypes: ["COMMIT_ID"],
  },
  "Source/AWS/S3": {
    act: actOnS3Source,
    inputs: [0, 0],
    outputs: [1, 1],
    required: ["S3Bucket", "S3ObjectKey"],
    optional: ["PollForSourceChanges", "AllowOverrideForS3ObjectKey"],
    revisionTypes: ["S3_OBJECT_VERSION_ID", "S3_OBJECT_KEY"],
  },
  "Build/AWS/CodeBuild": codeBuild,
  "Test/AWS/CodeBuild": codeBuild,
  "Deploy/AWS/CodeDeployToECS": {
    act: actOnCodeDeployToEcs,
    inputs: [1, 5],
    outputs: [0, 0],
    required: [
      "ApplicationName",
      "DeploymentGroupName",
      "TaskDefinitionTemplateArtifact",
      "AppSpecTemplateArtifact",
    ],
    optional: ["TaskDefinitionTemplatePath", "AppSpecTemplatePath", ...images],
  },
  "Approval/AWS/Manual": {
    act: actOnApproval,
    inputs: [0, 0],
    outputs: [0, 0],
    required: [],
    optional: ["CustomData", "ExternalEntityLink", "NotificationArn"],
    lacking: ["NotificationArn"],
  },
  "Invoke/AWS/Lambda": {
    act: actOnLambda,
    inputs: [0, 5],
    outputs: [0, 5],
    required: ["FunctionName"],
    optional: ["UserParameters"],
  },
};

export function actionType(id: ActionTypeId | undefined): ActionType | undefined {
  return types[`${id?.category}/${id?.owner}/${id?.provider}`];
}
