import { createHash } from "node:crypto";
import os from "node:os";
import type { Blob } from "./archive";
import type { Layer, LayerStore } from "./layer-store";

// https://github.com/opencontainers/image-spec/blob/main/config.md#properties
export interface ContainerConfig {
  Env: string[];
  WorkingDir: string;
  Entrypoint?: string[];
  Cmd?: string[];
  User?: string;
  ExposedPorts?: { [port: string]: object };
  StopSignal?: string;
  Healthcheck?: Healthcheck;
  Labels?: { [name: string]: string };
}

/** Durations are in nanoseconds, as the image format has them. */
export interface Healthcheck {
  Test: string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  StartInterval?: number;
  Retries?: number;
}

export interface ImageConfig {
  architecture: string;
  os: string;
  created: string;
  config: ContainerConfig;
  rootfs: { type: "layers"; diff_ids: string[] };
  history: { created: string; created_by: string; empty_layer?: boolean }[];
}

export interface Descriptor {
  mediaType: string;
  size: number;
  digest: string;
}

export interface Manifest {
  schemaVersion: 2;
  mediaType: string;
  config: Descriptor;
  layers: Descriptor[];
}

/** An image as a Docker daemon has it. */
export interface Image {
  /** Digest of the configuration, which Docker calls the image's id. */
  id: string;
  config: ImageConfig;
  configBytes: Buffer;
  manifestBytes: Buffer;
  /** Digest of the manifest. */
  digest: string;
  layers: readonly Layer[];
  blobs: readonly Pick<Blob, "digest" | "size">[];
}

// https://distribution.github.io/distribution/spec/manifest-v2-2/
export const manifestType = "application/vnd.docker.distribution.manifest.v2+json";
const configType = "application/vnd.docker.container.image.v1+json";
const layerType = "application/vnd.docker.image.rootfs.diff.tar.gzip";

export const epoch = "1970-01-01T00:00:00Z";

export const digestOf = (bytes: Buffer): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** This machine's processor, as Docker names it: the only one an image here runs on. */
export function hostArchitecture(): string {
  const names: { [arch: string]: string } = { x64: "amd64" };
  return names[os.arch()] ?? os.arch();
}

/** Puts configuration and layers together; the same ones give the same digests. */
export async function makeImage(
  config: ContainerConfig,
  layers: readonly Layer[],
  history: ImageConfig["history"],
  store: LayerStore,
): Promise<Image> {
  const blobs: Blob[] = [];
  for (const layer of layers) blobs.push(await store.blob(layer));
  const whole: ImageConfig = {
    architecture: hostArchitecture(),
    os: "linux",
    created: epoch,
    config,
    rootfs: { type: "layers", diff_ids: blobs.map(({ diffId }) => diffId) },
    history,
  };
  const configBytes = Buffer.from(JSON.stringify(whole));
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: configType, size: configBytes.length, digest: digestOf(configBytes) },
    layers: blobs.map(({ size, digest }) => ({ mediaType: layerType, size, digest })),
  };
  const manifestBytes = Buffer.from(JSON.stringify(manifest, null, 3));
  return {
    id: manifest.config.digest,
    config: whole,
    configBytes,
    manifestBytes,
    digest: digestOf(manifestBytes),
    layers,
    blobs,
  };
}
