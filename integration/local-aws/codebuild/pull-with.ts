import type { ProjectEnvironment } from "@aws-sdk/client-codebuild";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { z } from "zod";
import type { BuildRoomRequest } from "../core/container-runtime";
import type { Aws, Identity } from "../core/aws";
import { PhaseFailure } from "./failure";

const loginSchema = z.object({ username: z.string(), password: z.string() });

/**
 * A project's image, and whose credentials pull it: CodeBuild's own, which are trusted by the repository's policy, or the
 * role's. "When you use a cross-account or private registry image, you must use SERVICE_ROLE credentials."
 * https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectEnvironment.html
 *
 * @throws PhaseFailure where the login of a private registry cannot be had
 */
export async function pullWith(
  aws: Aws,
  environment: ProjectEnvironment | undefined,
  role: Identity,
  { account, region }: Identity,
): Promise<Pick<BuildRoomRequest, "image" | "pullAs" | "registryLogin">> {
  const { image = "", imagePullCredentialsType, registryCredential } = environment ?? {};
  if (imagePullCredentialsType !== "SERVICE_ROLE") return { image, pullAs: aws.root(account, region) };
  if (!registryCredential) return { image, pullAs: role };
  // https://docs.aws.amazon.com/codebuild/latest/userguide/sample-private-registry.html
  const SecretId = registryCredential.credential ?? "";
  try {
    const secrets = aws.client(SecretsManagerClient, role);
    const { SecretString = "" } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    return { image, pullAs: role, registryLogin: loginSchema.parse(JSON.parse(SecretString)) };
  } catch (error) {
    const why =
      error instanceof z.ZodError || error instanceof SyntaxError
        ? `it is no JSON object with "username" and "password"`
        : String(error);
    throw new PhaseFailure(
      "BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE",
      `cannot take the login for ${image} from the secret ${SecretId}: ${why}`,
    );
  }
}
