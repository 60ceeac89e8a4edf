/** An image name taken apart: `registry/repository:tag@digest`. */
export interface Reference {
  /** `docker.io` when the name has none. */
  registry: string;
  repository: string;
  /** `latest` when the name has neither tag nor digest. */
  tag?: string;
  digest?: string;
}

/** Reads an image name as Docker does (https://docs.docker.com/reference/cli/docker/image/tag/#description). */
export function parseReference(name: string): Reference {
  const [rest = "", digest] = name.split("@");
  const slash = rest.indexOf("/");
  const first = rest.slice(0, Math.max(slash, 0));
  const hasRegistry = first.includes(".") || first.includes(":") || first === "localhost";
  const path = hasRegistry ? rest.slice(slash + 1) : rest;
  const colon = path.lastIndexOf(":");
  const repository = colon < 0 ? path : path.slice(0, colon);
  const tag = colon < 0 ? undefined : path.slice(colon + 1);
  const valid =
    /^[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/.test(repository) &&
    (tag === undefined || /^\w[\w.-]{0,127}$/.test(tag)) &&
    (digest === undefined || /^sha256:[a-f0-9]{64}$/.test(digest));
  if (!valid) throw new Error(`invalid reference format: "${name}" is not the name of an image`);
  const registry = hasRegistry ? first : "docker.io";
  return { registry, repository, digest, tag: tag ?? (digest ? undefined : "latest") };
}

/** The registry's name and the tag or digest, as Docker keeps and prints it. */
export function formatReference({ registry, repository, tag, digest }: Reference): string {
  const name = registry === "docker.io" ? repository : `${registry}/${repository}`;
  return digest ? `${name}@${digest}` : `${name}:${tag}`;
}

// https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
const ecrHost = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/;

export function ecrRegistry(registry: string): { account: string; region: string } | undefined {
  const [, account, region] = ecrHost.exec(registry) ?? [];
  return account && region ? { account, region } : undefined;
}
