import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../context";
import type { ArtifactBucket } from "../storage/artifact-bucket";
import { Role, trustRole, trustService } from "../iam/role";
import { physicalName } from "../../lib/naming";
import type { ActionWithPermissions } from "./actions/action";

export interface Stage {
  name: string;
  actions: ActionWithPermissions[];
}

export interface PipelineRolesArgs {
  context: Context;
  /** @example "greenroom-staging-trivia-api" */
  pipelineName: string;
  artifactBucket: ArtifactBucket;
  /** @example [{ name: "Approve", actions: [approve] }] */
  stages: Stage[];
}

/**
 * Gives each action a role of its own, and the pipeline one that may take those on and move artifacts.
 * @see https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
 */
export function withRoles(name: string, args: PipelineRolesArgs, parent: pulumi.Resource) {
  const { artifactBucket, pipelineName } = args;
  const { account } = args.context;
  const roleName = ({ action }: ActionWithPermissions) =>
    physicalName("role", pipelineName, "action", action.name.toLowerCase());
  const withOwnRole = args.stages.flatMap((stage) => stage.actions).filter((action) => action.statements);

  const pipelineRole = new Role(
    `${name}-pipeline`,
    {
      roleName: `${pipelineName}-pipeline`,
      description: `Pipeline ${pipelineName}`,
      trust: trustService("codepipeline.amazonaws.com", {
        StringEquals: { "aws:SourceAccount": account.id },
      }),
      statements: [
        // By name: the actions' roles themselves trust this one.
        {
          actions: ["sts:AssumeRole"],
          resources: withOwnRole.map((action) => account.roleArn(roleName(action))),
        },
        {
          actions: ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
          resources: [artifactBucket.objects("*")],
        },
        { actions: ["s3:GetBucketLocation", "s3:GetBucketVersioning"], resources: [artifactBucket.arn] },
      ],
    },
    { parent },
  );

  const actionRole = (action: ActionWithPermissions) =>
    action.statements &&
    new Role(
      `${name}-action-${action.action.name.toLowerCase()}`,
      {
        roleName: roleName(action),
        description: `Action ${action.action.name} of pipeline ${pipelineName}`,
        trust: trustRole(pipelineRole.roleArn),
        statements: action.statements,
      },
      { parent },
    );
  const stages: aws.types.input.codepipeline.PipelineStage[] = args.stages.map((stage) => ({
    name: stage.name,
    actions: stage.actions.map((action) => ({
      ...action.action,
      owner: "AWS",
      version: "1",
      roleArn: actionRole(action)?.arn,
    })),
  }));
  return { pipelineRole, stages };
}
