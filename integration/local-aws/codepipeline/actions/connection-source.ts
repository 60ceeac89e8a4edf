import { S3Client } from "@aws-sdk/client-s3";
import { putArtifact } from "../artifact-store";
import { ActionFailure, type Act } from "./action";

/**
 * Takes a commit of the repository behind a connection as the source.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html
 */
export const actOnConnectionSource: Act = async (request, { aws, sources }) => {
  const { ConnectionArn = "", FullRepositoryId = "", BranchName = "" } = request.configuration;
  const pinned = request.sourceRevisions.find(
    ({ revisionType }) => revisionType === "COMMIT_ID",
  )?.revisionValue;
  const branch = request.branch ?? BranchName;
  const commit = pinned ? sources.commit(FullRepositoryId, pinned) : sources.head(FullRepositoryId, branch);
  if (!commit) {
    throw new ActionFailure(
      "JobFailed",
      pinned
        ? `No commit [${pinned}] found for FullRepositoryName [${FullRepositoryId}]`
        : `No Branch [${branch}] found for FullRepositoryName [${FullRepositoryId}]`,
    );
  }
  for (const output of request.outputs) {
    await putArtifact(aws.client(S3Client, request.identity), output, commit.zip, request.encryptionKey);
  }
  const url = `https://${request.region}.console.aws.amazon.com/codesuite/settings/connections/redirect?connectionArn=${ConnectionArn}&referenceType=COMMIT&FullRepositoryId=${FullRepositoryId}&Commit=${commit.commitId}`;
  return {
    outputVariables: {
      AuthorDate: commit.authorDate.toISOString().replace(/\.\d+Z$/, "Z"),
      BranchName: branch,
      CommitId: commit.commitId,
      CommitMessage: commit.message,
      ConnectionArn,
      FullRepositoryName: FullRepositoryId,
    },
    revision: {
      id: commit.commitId,
      summary: JSON.stringify({ ProviderType: "GitHub", CommitMessage: commit.message }),
      url,
      created: commit.authorDate,
    },
  };
};
