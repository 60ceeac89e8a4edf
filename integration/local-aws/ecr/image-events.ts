import { createHash } from "node:crypto";
import type { EmittedEvents, Events } from "../core/events";
import type { RegistryClient } from "../core/registry-client";
import type { Tenant } from "./tokens";

export interface ImageAction extends Tenant {
  type: "PUSH" | "DELETE";
  repository: string;
  digest: string;
  tag?: string;
  manifestMediaType?: string;
  artifactMediaType?: string;
}

export const emits = {
  source: "aws.ecr",
  detailTypes: ["ECR Image Action"],
} as const satisfies EmittedEvents;

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html */
export function putImageAction(events: Events, action: ImageAction): void {
  const { account, region, type, repository, digest, tag, manifestMediaType, artifactMediaType } = action;
  events.put({
    source: emits.source,
    detailType: emits.detailTypes[0],
    account,
    region,
    resources: [],
    detail: {
      result: "SUCCESS",
      "repository-name": repository,
      "image-digest": digest,
      "action-type": type,
      "image-tag": tag,
      "manifest-media-type": manifestMediaType,
      "artifact-media-type": artifactMediaType,
    },
  });
}

/** A repository and a reference, of the path to which a manifest is pushed. */
const manifestPath = /^\/v2\/(.+)\/manifests\/([^/?]+)$/;

/** What was pushed to a path of a registry, if it was an image. */
export async function pushedImage(
  registry: RegistryClient,
  tenant: Tenant,
  path: string,
): Promise<ImageAction | undefined> {
  const [, repository, reference = ""] = manifestPath.exec(path) ?? [];
  if (!repository) return undefined;
  const bytes = await registry.getManifest(repository, reference);
  const manifest = JSON.parse(bytes.toString()) as { mediaType?: string; config?: { mediaType?: string } };
  return {
    ...tenant,
    type: "PUSH",
    repository,
    digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
    tag: reference.includes(":") ? undefined : reference,
    manifestMediaType: manifest.mediaType,
    artifactMediaType: manifest.config?.mediaType,
  };
}
