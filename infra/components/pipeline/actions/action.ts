import type * as aws from "@pulumi/aws";
import type { Statement } from "../../iam/role";
import type { ArtifactBucket } from "../../storage/artifact-bucket";

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

export const reading = (artifacts: ArtifactBucket): Statement => ({
  actions: ["s3:GetObject", "s3:GetObjectVersion"],
  resources: [artifacts.objects("*")],
});

export const writing = (artifacts: ArtifactBucket): Statement => ({
  actions: ["s3:PutObject"],
  resources: [artifacts.objects("*")],
});
