import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { RegistryRefusal, type RegistryClient } from "../../core/registry-client";
import type { Reference } from "../images/reference";
import { containersLabel } from "./bases/base";
import { digestOf, manifestType, type Image, type ImageConfig, type Manifest } from "./image";
import type { LayerStore } from "./layer-store";

/** Why an image could not be pushed or pulled, as Docker and ECR say it. */
export class TransferError extends Error {
  override name = "TransferError";
}

/**
 * Pushes what the registry lacks, then the manifest under its tag. Tells of each layer.
 * @throws TransferError
 */
export async function push(
  registry: RegistryClient,
  image: Image,
  store: LayerStore,
  reference: Reference,
  tell: (digest: string, what: "Pushed" | "Layer already exists") => void,
): Promise<void> {
  const { repository, tag = "latest" } = reference;
  await said(registry, reference, async () => {
    for (const layer of image.layers) {
      const { digest, size, file } = await store.blob(layer);
      const there = await registry.hasBlob(repository, digest);
      if (!there) await registry.putBlob(repository, digest, size, createReadStream(file));
      tell(digest, there ? "Layer already exists" : "Pushed");
    }
    if (!(await registry.hasBlob(repository, image.id)))
      await registry.putBlob(repository, image.id, image.configBytes.length, image.configBytes);
    await registry.putManifest(repository, tag, image.manifestBytes, manifestType);
  });
}

/**
 * Downloads an image into `store`, every digest checked.
 * @throws TransferError
 */
export function pull(registry: RegistryClient, reference: Reference, store: LayerStore): Promise<Image> {
  const { repository, tag = "latest", digest } = reference;
  return said(registry, reference, async () => {
    const manifestBytes = await registry.getManifest(repository, digest ?? tag, manifestType);
    const found = digestOf(manifestBytes);
    if (digest && digest !== found)
      throw new TransferError(`${registry.host} gave the manifest ${found} where ${digest} was asked for`);
    const manifest = JSON.parse(manifestBytes.toString()) as Manifest;
    if (manifest.mediaType !== manifestType)
      throw new TransferError(
        `${repository}@${found} is a ${String(manifest.mediaType)}, which the process runtime cannot read; ` +
          "use --containers docker",
      );
    const id = manifest.config.digest;
    const configBytes = Buffer.from(await (await registry.getBlob(repository, id)).arrayBuffer());
    if (digestOf(configBytes) !== id) throw otherDigest(repository, id);
    const config = JSON.parse(configBytes.toString()) as ImageConfig;
    if (config.config.Labels?.[containersLabel] !== "process")
      throw new TransferError(
        `${repository}@${found} was not built by the process runtime, which can run only its own images; ` +
          "use --containers docker",
      );
    const layers = [];
    for (const { digest: layer, size } of manifest.layers) {
      const download = (file: string) => downloadBlob(registry, repository, layer, file);
      const from = `${registry.host}/${repository}`;
      layers.push(await store.take({ repository: from, digest: layer, size, download }));
    }
    return { id, config, configBytes, manifestBytes, digest: found, layers, blobs: manifest.layers };
  });
}

async function downloadBlob(
  registry: RegistryClient,
  repository: string,
  digest: string,
  file: string,
): Promise<void> {
  const hash = createHash("sha256");
  const hashed = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(await registry.getBlob(repository, digest), hashed, createWriteStream(file));
  if (`sha256:${hash.digest("hex")}` !== digest) throw otherDigest(repository, digest);
}

const otherDigest = (repository: string, digest: string) =>
  new TransferError(`the bytes of ${repository}@${digest} have another digest`);

/** Does something with a registry, and says its refusals in the words of ECR and Docker. */
async function said<T>(
  { host }: RegistryClient,
  { repository, tag, digest }: Reference,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RegistryRefusal)) throw error;
    const { code, status, message } = error;
    const says =
      code === "TAG_INVALID" || code === "ImageTagAlreadyExistsException"
        ? `tag invalid: The image tag '${tag}' already exists in the '${repository}' repository and cannot be ` +
          "overwritten because the tag is immutable."
        : code === "NAME_UNKNOWN"
          ? `name unknown: The repository with name '${repository}' does not exist in the registry with id '${host.split(".")[0]}'`
          : code === "MANIFEST_UNKNOWN"
            ? `manifest unknown: ${host}/${repository} has no image ${digest ?? tag}`
            : `${host} answered ${status}: ${message}`;
    throw new TransferError(says, { cause: error });
  }
}
