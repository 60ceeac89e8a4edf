import { createHash, randomUUID } from "node:crypto";
import * as sdk from "@aws-sdk/client-ecr";
import type { Identity } from "../core/aws";
import { ServiceError } from "../core/errors";
import { RegistryRefusal, type RegistryClient } from "../core/registry-client";
import type { Handlers } from "../core/service";
import type { Tenant } from "./tokens";

const $metadata = {};
/** "20 MB": https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html */
const partSize = 20 * 1024 * 1024;

interface Upload {
  repository: string;
  parts: Buffer[];
  size: number;
}

/**
 * The part of ECR's API that copies images. The base acknowledges these calls and stores nothing, so they are done
 * through its registry, where `docker push` and `docker pull` find the result.
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_InitiateLayerUpload.html and its neighbours
 */
export function layerUploads(registryOf: (tenant: Tenant) => RegistryClient) {
  const uploads = new Map<string, Upload>();
  const registryFor = (input: { registryId?: string }, { account, region }: Identity) =>
    registryOf({ account: input.registryId ?? account, region });
  const find = (uploadId: string | undefined): Upload => {
    const upload = uploads.get(uploadId ?? "");
    if (upload) return upload;
    throw new sdk.UploadNotFoundException({ message: `The upload "${uploadId}" was not found.`, $metadata });
  };

  return {
    BatchCheckLayerAvailability: async (input, caller) => {
      const registry = registryFor(input, caller);
      const layers = await Promise.all(
        (input.layerDigests ?? []).map(async (layerDigest): Promise<sdk.Layer> => {
          const there = await asEcr(registry.hasBlob(input.repositoryName ?? "", layerDigest));
          return { layerDigest, layerAvailability: there ? "AVAILABLE" : "UNAVAILABLE" };
        }),
      );
      return { layers, failures: [] };
    },
    InitiateLayerUpload: async (input) => {
      const uploadId = randomUUID();
      uploads.set(uploadId, { repository: input.repositoryName ?? "", parts: [], size: 0 });
      return { uploadId, partSize };
    },
    UploadLayerPart: async (input) => {
      const upload = find(input.uploadId);
      const part = Buffer.from(input.layerPartBlob ?? []);
      if (input.partFirstByte !== upload.size || input.partLastByte !== upload.size + part.length - 1) {
        const message = `The part must begin at byte ${upload.size} and be as long as it says.`;
        throw new sdk.InvalidLayerPartException({
          message,
          lastValidByteReceived: upload.size - 1,
          $metadata,
        });
      }
      upload.parts.push(part);
      upload.size += part.length;
      return {
        uploadId: input.uploadId,
        repositoryName: upload.repository,
        lastByteReceived: upload.size - 1,
      };
    },
    CompleteLayerUpload: async (input, caller) => {
      const { repository, parts } = find(input.uploadId);
      if (parts.length === 0)
        throw new sdk.EmptyUploadException({ message: "The upload has no parts.", $metadata });
      const layer = Buffer.concat(parts);
      const layerDigest = `sha256:${createHash("sha256").update(layer).digest("hex")}`;
      if (!input.layerDigests?.includes(layerDigest)) {
        const message = `The layer's digest is ${layerDigest}, not ${input.layerDigests?.join(", ")}.`;
        throw new sdk.InvalidLayerException({ message, $metadata });
      }
      uploads.delete(input.uploadId ?? "");
      await asEcr(registryFor(input, caller).putBlob(repository, layerDigest, layer.length, layer));
      return { uploadId: input.uploadId, repositoryName: repository, layerDigest };
    },
    PutImage: async (input, caller) => {
      const { repositoryName = "", imageManifest = "", imageTag } = input;
      const imageDigest = `sha256:${createHash("sha256").update(imageManifest).digest("hex")}`;
      if (input.imageDigest && input.imageDigest !== imageDigest) {
        const message = `The manifest's digest is ${imageDigest}, not ${input.imageDigest}.`;
        throw new sdk.ImageDigestDoesNotMatchException({ message, $metadata });
      }
      const mediaType = input.imageManifestMediaType ?? mediaTypeIn(imageManifest);
      const manifest = Buffer.from(imageManifest);
      const registry = registryFor(input, caller);
      await asEcr(registry.putManifest(repositoryName, imageTag ?? imageDigest, manifest, mediaType));
      const registryId = input.registryId ?? caller.account;
      const imageId = { imageDigest, imageTag };
      return {
        image: { registryId, repositoryName, imageId, imageManifest, imageManifestMediaType: mediaType },
      };
    },
  } satisfies Handlers<typeof sdk>;
}

function mediaTypeIn(manifest: string): string {
  const { mediaType } = JSON.parse(manifest) as { mediaType?: string };
  return mediaType ?? "application/vnd.docker.distribution.manifest.v2+json";
}

/** A registry's refusal, as ECR's API says it. */
async function asEcr<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof RegistryRefusal)) throw error;
    const { code, message } = error;
    const immutable = code === "TAG_INVALID" || code === "DENIED";
    const named = code === "NAME_UNKNOWN" ? "RepositoryNotFoundException" : "ServerException";
    throw new ServiceError(immutable ? "ImageTagAlreadyExistsException" : named, message);
  }
}
