import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { Transform, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { request, type Dispatcher } from "undici";
import { containersLabel } from "./bases/base";
import { digestOf, manifestType, type Image, type ImageConfig, type Manifest } from "./image";
import type { LayerStore } from "./layer-store";
import type { Reference } from "./reference";

/** What a registry answered when it did not do what it was asked. */
export class RegistryError extends Error {
  override name = "RegistryError";
}

type Answer = Dispatcher.ResponseData;

/**
 * A client of a registry's HTTP API (https://distribution.github.io/distribution/spec/api/), which the base serves
 * for ECR's registries. It is reached through the gateway, by the registry's name in the Host header.
 */
export class Registry {
  constructor(
    private readonly endpoint: string,
    private readonly host: string,
    /** `user:password`, base64. */
    private readonly authorization: string,
    private readonly signal?: AbortSignal,
  ) {}

  /** @throws RegistryError when the registry does not take the credentials */
  async check(): Promise<void> {
    const answer = await this.send("GET", "/v2/");
    await answer.body.dump();
    if (answer.statusCode !== 200) {
      throw new RegistryError(
        `login attempt to https://${this.host}/v2/ failed with status: ${answer.statusCode}`,
      );
    }
  }

  /** Pushes what the registry lacks, then the manifest under its tag. Tells of each layer. */
  async push(
    image: Image,
    store: LayerStore,
    { repository, tag }: Reference,
    tell: (digest: string, what: "Pushed" | "Layer already exists") => void,
  ): Promise<void> {
    for (const layer of image.layers) {
      const { digest, size, file } = await store.blob(layer);
      const there = await this.has(repository, digest);
      if (!there) await this.upload(repository, digest, size, createReadStream(file));
      tell(digest, there ? "Layer already exists" : "Pushed");
    }
    if (!(await this.has(repository, image.id))) {
      await this.upload(repository, image.id, image.configBytes.length, image.configBytes);
    }
    const answer = await this.send("PUT", `/v2/${repository}/manifests/${tag}`, image.manifestBytes, {
      "content-type": manifestType,
    });
    if (answer.statusCode !== 201) throw await this.problem(answer, { repository, tag });
    await answer.body.dump();
  }

  /** Downloads an image into `store`, every digest checked. */
  async pull(reference: Reference, store: LayerStore): Promise<Image> {
    const { repository, tag, digest } = reference;
    const answer = await this.send("GET", `/v2/${repository}/manifests/${digest ?? tag}`, undefined, {
      accept: manifestType,
    });
    if (answer.statusCode !== 200) throw await this.problem(answer, reference);
    const manifestBytes = Buffer.from(await answer.body.arrayBuffer());
    const found = digestOf(manifestBytes);
    if (digest && digest !== found) {
      throw new RegistryError(`${this.host} gave the manifest ${found} where ${digest} was asked for`);
    }
    const manifest = JSON.parse(manifestBytes.toString()) as Manifest;
    if (manifest.mediaType !== manifestType) {
      throw new RegistryError(
        `${repository}@${found} is a ${String(manifest.mediaType)}, which the process runtime cannot read; ` +
          "use --containers docker",
      );
    }
    const configBytes = await this.bytes(repository, manifest.config.digest);
    const config = JSON.parse(configBytes.toString()) as ImageConfig;
    if (config.config.Labels?.[containersLabel] !== "process") {
      throw new RegistryError(
        `${repository}@${found} was not built by the process runtime, which can run only its own images; ` +
          "use --containers docker",
      );
    }
    const layers = [];
    for (const { digest: layer, size } of manifest.layers) {
      const download = (file: string) => this.download(repository, layer, file);
      const from = `${this.host}/${repository}`;
      layers.push(await store.take({ repository: from, digest: layer, size, download }));
    }
    return {
      id: manifest.config.digest,
      config,
      configBytes,
      manifestBytes,
      digest: found,
      layers,
      blobs: manifest.layers,
    };
  }

  private async has(repository: string, digest: string): Promise<boolean> {
    const answer = await this.send("HEAD", `/v2/${repository}/blobs/${digest}`);
    await answer.body.dump();
    if (answer.statusCode === 200) return true;
    if (answer.statusCode === 404) return false;
    throw new RegistryError(`${this.host} answered ${answer.statusCode} when asked for ${digest}`);
  }

  private async upload(
    repository: string,
    digest: string,
    size: number,
    body: Buffer | Readable,
  ): Promise<void> {
    const begun = await this.send("POST", `/v2/${repository}/blobs/uploads/`);
    if (begun.statusCode !== 202) throw await this.problem(begun, { repository });
    await begun.body.dump();
    const location = new URL(String(begun.headers.location), `https://${this.host}`);
    location.searchParams.set("digest", digest);
    const done = await this.send("PUT", location.pathname + location.search, body, {
      "content-type": "application/octet-stream",
      "content-length": String(size),
    });
    if (done.statusCode !== 201) throw await this.problem(done, { repository });
    await done.body.dump();
  }

  private async bytes(repository: string, digest: string): Promise<Buffer> {
    const answer = await this.send("GET", `/v2/${repository}/blobs/${digest}`);
    if (answer.statusCode !== 200) throw await this.problem(answer, { repository });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    if (digestOf(bytes) !== digest)
      throw new RegistryError(`the bytes of ${repository}@${digest} have another digest`);
    return bytes;
  }

  private async download(repository: string, digest: string, file: string): Promise<void> {
    const answer = await this.send("GET", `/v2/${repository}/blobs/${digest}`);
    if (answer.statusCode !== 200) throw await this.problem(answer, { repository });
    const hash = createHash("sha256");
    const hashed = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        done(null, chunk);
      },
    });
    await pipeline(answer.body, hashed, createWriteStream(file));
    if (`sha256:${hash.digest("hex")}` !== digest) {
      throw new RegistryError(`the bytes of ${repository}@${digest} have another digest`);
    }
  }

  private send(
    method: Dispatcher.HttpMethod,
    path: string,
    body?: Buffer | Readable,
    headers?: Record<string, string>,
  ): Promise<Answer> {
    return request(`${this.endpoint}${path}`, {
      method,
      body,
      signal: this.signal,
      headers: { ...headers, host: this.host, authorization: `Basic ${this.authorization}` },
    });
  }

  private async problem(
    answer: Answer,
    { repository, tag, digest }: Pick<Reference, "repository" | "tag" | "digest">,
  ): Promise<RegistryError> {
    const text = await answer.body.text();
    const { code, message } = firstError(text);
    // What ECR and Docker say in these cases.
    if (code === "TAG_INVALID" || code === "ImageTagAlreadyExistsException") {
      return new RegistryError(
        `tag invalid: The image tag '${tag}' already exists in the '${repository}' repository and cannot be ` +
          "overwritten because the tag is immutable.",
      );
    }
    if (code === "NAME_UNKNOWN") {
      const account = this.host.split(".")[0];
      return new RegistryError(
        `name unknown: The repository with name '${repository}' does not exist in the registry with id '${account}'`,
      );
    }
    if (code === "MANIFEST_UNKNOWN") {
      return new RegistryError(`manifest unknown: ${this.host}/${repository} has no image ${digest ?? tag}`);
    }
    return new RegistryError(`${this.host} answered ${answer.statusCode}: ${message ?? text.slice(0, 300)}`);
  }
}

function firstError(text: string): { code?: string; message?: string } {
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: string; message?: string }[] };
    return errors?.[0] ?? {};
  } catch {
    return {};
  }
}
