import type Dockerode from "dockerode";
import { ask } from "./build-exec";

const ecrHost = /\b\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\b/g;

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html */
export const registryHost = ({ account, region }: { account: string; region: string }): string =>
  `${account}.dkr.ecr.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;

/** The registries of ECR that texts name. */
export const registriesIn = (texts: readonly string[]): string[] => [
  ...new Set(texts.flatMap((text) => text.match(ecrHost) ?? [])),
];

/** Lets a container find names at an address; one that it has already stays. */
export async function addHosts(
  docker: Dockerode,
  containerId: string,
  address: string,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  const add = `for name; do grep -qwF "$name" /etc/hosts || echo "${address} $name" >> /etc/hosts; done`;
  await ask(docker, containerId, ["sh", "-c", add, "sh", ...names]);
}
