import type { ArtifactBucket } from "../../storage/artifact-bucket";
import { type ActionWithPermissions, writing } from "./action";

export interface Source {
  connectionArn: string;
  /** `owner/name` */
  repository: string;
  branch: string;
}

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
      writing(artifacts),
    ],
  };
}
