import type { BuildProject } from "../build-project";
import type { ActionWithPermissions } from "./action";

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
