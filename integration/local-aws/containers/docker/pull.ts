import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import type { AuthConfig } from "dockerode";
import type { Aws, Identity } from "../../core/aws";
import { ImageUnavailableError } from "../../core/container-runtime";
import { ecrRegistry, parseReference } from "../images/reference";
import type { DockerDaemon } from "./daemon";
import { pullImage } from "./pull-image";

/** What `docker login` to an account's registry takes, from ECR. */
export async function ecrLogin(
  aws: Aws,
  identity: Identity,
): Promise<{ username: string; password: string; serveraddress: string }> {
  const { authorizationData } = await aws
    .client(ECRClient, identity)
    .send(new GetAuthorizationTokenCommand({}));
  const token = Buffer.from(authorizationData?.[0]?.authorizationToken ?? "", "base64").toString();
  const [username = "", password = ""] = token.split(/:(.*)/s);
  return { username, password, serveraddress: authorizationData?.[0]?.proxyEndpoint ?? "" };
}

/**
 * Pulls an image of ECR from the local one, and gives the name under which the daemon has it. The account and region are
 * the login's, as the daemon reaches every registry by the gateway's address.
 *
 * @throws ImageUnavailableError
 */
export async function pullEcrImage(daemon: DockerDaemon, image: string, auth: AuthConfig): Promise<string> {
  const { repository, tag, digest } = parseReference(image);
  const name = `${daemon.registry}/${daemon.pulledPrefix}/${repository}`;
  if (digest) {
    const byDigest = `${name}@${digest}`;
    await daemon.ensureImage(byDigest, auth, image);
    return byDigest;
  }
  // A tag may mean another image than at the last pull.
  await pullImage(daemon.docker, `${name}:${tag}`, { auth, shown: image });
  return `${name}:${tag}`;
}

/** An image that the daemon has. */
export interface LocalImage {
  name: string;
  /** `sha256:…` of its manifest, where it was pulled. */
  digest: string | undefined;
  /** What the image sets in the environment, as `NAME=value`. */
  environment: readonly string[];
}

/** Makes an image be there, from the local ECR or from wherever its name says. @throws ImageUnavailableError */
export async function provideImage(
  daemon: DockerDaemon,
  aws: Aws,
  image: string,
  pullAs: Identity,
): Promise<LocalImage> {
  const reference = parseReference(image);
  const registry = ecrRegistry(reference.registry);
  if (registry && (registry.account !== pullAs.account || registry.region !== pullAs.region)) {
    throw new ImageUnavailableError(
      `the image ${image} cannot be pulled: ${pullAs.account} in ${pullAs.region} pulls from its own account's ` +
        "registry only, as no repository policy says otherwise here",
    );
  }
  const name = registry ? await pullEcrImage(daemon, image, await ecrLogin(aws, pullAs)) : image;
  if (!registry) await daemon.ensureImage(image);
  const { RepoDigests, Config } = await daemon.docker.getImage(name).inspect();
  const repository = name.replace(/(@|:[^/:]*$).*/, "");
  const pulled = RepoDigests.find((one) => one.startsWith(`${repository}@`)) ?? RepoDigests[0];
  return { name, digest: reference.digest ?? pulled?.split("@")[1], environment: Config.Env ?? [] };
}
