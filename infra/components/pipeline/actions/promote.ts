import type { Promotion } from "../../promotion/promotion";
import type { ArtifactBucket } from "../../storage/artifact-bucket";
import { type ActionWithPermissions, reading } from "./action";

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
      reading(artifacts),
    ],
  };
}
