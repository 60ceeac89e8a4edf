import { createHash } from "node:crypto";
import {
  BatchCheckLayerAvailabilityCommand,
  BatchGetImageCommand,
  CompleteLayerUploadCommand,
  type ECRClient,
  GetDownloadUrlForLayerCommand,
  InitiateLayerUploadCommand,
  PutImageCommand,
  UploadLayerPartCommand,
} from "@aws-sdk/client-ecr";

/** A repository, and who may touch it. */
export interface Repository {
  ecr: ECRClient;
  repositoryName: string;
}

/** Opens what GetDownloadUrlForLayer answered. */
export type Download = (url: string) => Promise<AsyncIterable<Uint8Array>>;

interface Descriptor {
  digest: string;
  /** Of layers that registries do not hold. */
  urls?: string[];
}

/** What of a manifest matters here: an index has `manifests`, an image has `config` and `layers`. */
interface Manifest {
  manifests?: Descriptor[];
  config?: Descriptor;
  layers?: Descriptor[];
}

const manifestTypes = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];

/**
 * Copies an image by digest from one ECR repository to another, with `tag`, and all platforms of it. Layers that the
 * target has are not sent again. Doing it once more, or after it was broken off, is harmless.
 * @throws Error if the image is not there, if anything arrives with another digest, or if the target has `tag` for
 *   another image.
 */
export async function copyImage(
  from: Repository,
  to: Repository,
  digest: string,
  tag: string,
  download: Download,
) {
  await copyManifest(from, to, digest, tag, download);
}

async function copyManifest(
  from: Repository,
  to: Repository,
  digest: string,
  tag: string | undefined,
  download: Download,
) {
  const found = await findImage(from, { imageDigest: digest });
  if (found?.imageManifest === undefined) throw new Error(`${from.repositoryName} has no image ${digest}`);
  expectDigest(`The manifest of ${from.repositoryName}@${digest}`, sha256(found.imageManifest), digest);

  const manifest = JSON.parse(found.imageManifest) as Manifest;
  if (manifest.manifests) {
    for (const platform of manifest.manifests)
      await copyManifest(from, to, platform.digest, undefined, download);
  } else {
    const layers = [...(manifest.layers ?? []).filter((layer) => !layer.urls?.length), manifest.config];
    const digests = [...new Set(layers.flatMap((layer) => layer?.digest ?? []))];
    for (const layer of await missingLayers(to, digests)) await copyLayer(from, to, layer, download);
  }
  await putManifest(to, found.imageManifest, found.imageManifestMediaType, digest, tag);
}

async function findImage(
  { ecr, repositoryName }: Repository,
  imageId: { imageDigest?: string; imageTag?: string },
) {
  const answer = await ecr.send(
    new BatchGetImageCommand({ repositoryName, imageIds: [imageId], acceptedMediaTypes: manifestTypes }),
  );
  return answer.images?.[0];
}

/** @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchCheckLayerAvailability.html (at most 100) */
async function missingLayers({ ecr, repositoryName }: Repository, digests: string[]): Promise<string[]> {
  const there = new Set<string>();
  for (let first = 0; first < digests.length; first += 100) {
    const layerDigests = digests.slice(first, first + 100);
    const answer = await ecr.send(new BatchCheckLayerAvailabilityCommand({ repositoryName, layerDigests }));
    for (const { layerAvailability, layerDigest } of answer.layers ?? [])
      if (layerAvailability === "AVAILABLE" && layerDigest !== undefined) there.add(layerDigest);
  }
  return digests.filter((digest) => !there.has(digest));
}

/** Sends a layer part by part as it arrives, so that memory holds one part of it. */
async function copyLayer(from: Repository, to: Repository, layerDigest: string, download: Download) {
  const { downloadUrl } = await from.ecr.send(
    new GetDownloadUrlForLayerCommand({ repositoryName: from.repositoryName, layerDigest }),
  );
  if (downloadUrl === undefined)
    throw new Error(`${from.repositoryName} gives no address for layer ${layerDigest}`);
  const { ecr, repositoryName } = to;
  const { uploadId, partSize = 10 * 1024 * 1024 } = await ecr.send(
    new InitiateLayerUploadCommand({ repositoryName }),
  );

  const hash = createHash("sha256");
  let sent = 0;
  for await (const part of parts(await download(downloadUrl), partSize)) {
    hash.update(part);
    await ecr.send(
      new UploadLayerPartCommand({
        repositoryName,
        uploadId,
        partFirstByte: sent,
        partLastByte: sent + part.length - 1,
        layerPartBlob: part,
      }),
    );
    sent += part.length;
  }
  expectDigest(`Layer ${layerDigest} of ${from.repositoryName}`, `sha256:${hash.digest("hex")}`, layerDigest);
  try {
    await ecr.send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [layerDigest] }));
  } catch (error) {
    if (!isError(error, "LayerAlreadyExistsException")) throw error; // another promotion was faster
  }
}

/** Cuts a stream into parts of `size` bytes; the last one may be smaller. */
async function* parts(stream: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  let pending: Uint8Array[] = [];
  let length = 0;
  for await (let chunk of stream) {
    while (length + chunk.length >= size) {
      const rest = size - length;
      yield Buffer.concat([...pending, chunk.subarray(0, rest)]);
      chunk = chunk.subarray(rest);
      pending = [];
      length = 0;
    }
    pending.push(chunk);
    length += chunk.length;
  }
  if (length > 0) yield Buffer.concat(pending);
}

async function putManifest(
  to: Repository,
  imageManifest: string,
  imageManifestMediaType: string | undefined,
  imageDigest: string,
  imageTag: string | undefined,
) {
  const { ecr, repositoryName } = to;
  try {
    const { image } = await ecr.send(
      new PutImageCommand({ repositoryName, imageManifest, imageManifestMediaType, imageDigest, imageTag }),
    );
    expectDigest(`The copy in ${repositoryName}`, image?.imageId?.imageDigest, imageDigest);
  } catch (error) {
    if (isError(error, "ImageAlreadyExistsException")) return; // this very image, with this tag
    if (!isError(error, "ImageTagAlreadyExistsException")) throw error;
    const tagged = (await findImage(to, { imageTag }))?.imageId?.imageDigest;
    if (tagged !== imageDigest)
      throw new Error(
        `${repositoryName}:${String(imageTag)} is ${String(tagged)} already, and tags there never move; this release has ${imageDigest}`,
        { cause: error },
      );
  }
}

function sha256(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

function expectDigest(what: string, found: string | undefined, expected: string) {
  if (found !== expected) throw new Error(`${what} has the digest ${String(found)} instead of ${expected}`);
}

function isError(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
