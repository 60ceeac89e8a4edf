import fs from "node:fs/promises";
import path from "node:path";
import { build } from "./build";
import type { Base } from "./bases/base";
import type { Image } from "./image";
import { LayerStore } from "./layer-store";
import { ecrRegistry, formatReference, parseReference, type Reference } from "../images/reference";
import { RegistryClient } from "../../core/registry-client";
import type { Rooms } from "./rooms";
import { pull, push, TransferError } from "./transfer";
import { exists } from "./tree";

/** What a build's `docker` commands talk to: the images and logins of one build. */
export class DockerDaemon {
  /** Images by the names that they were given, digests included. */
  readonly names = new Map<string, Image>();
  private readonly logins = new Map<string, string>();
  private builds = 0;

  constructor(
    private readonly options: {
      endpoint: string;
      folder: string;
      /** Builds take their files from here only: what a room sees elsewhere is not what lies there. */
      contexts: string;
      packageCache: string;
      rooms: Rooms;
      readable: readonly string[];
      store: LayerStore;
      bases: readonly Base[];
    },
  ) {}

  async build(
    request: {
      context: string;
      file?: string;
      tags: readonly string[];
      buildArgs: ReadonlyMap<string, string | undefined>;
      labels: ReadonlyMap<string, string>;
      target?: string;
      noCache: boolean;
    },
    tell: (text: string) => void,
    signal: AbortSignal,
  ): Promise<Image> {
    const tags = request.tags.map(parseReference);
    const { context } = request;
    if (!(await fs.stat(context).catch(() => undefined))?.isDirectory()) {
      throw new Error(`unable to prepare context: path "${context}" not found`);
    }
    const file = request.file ?? path.join(context, "Dockerfile");
    for (const one of [context, file]) await this.refuseOutside(one);
    const dockerfile = await fs.readFile(file, "utf8").catch(() => {
      throw new Error(`failed to read dockerfile: open ${file}: no such file`);
    });
    const folder = path.join(this.options.folder, `build-${++this.builds}`);
    const store = request.noCache ? new LayerStore(`${folder}-layers`) : this.options.store;
    try {
      const image = await build({
        ...request,
        ...this.options,
        dockerfile,
        ignore: await ignoreFile(context, file),
        folder,
        store,
        findImage: (reference) => this.find(reference, signal),
        tell,
        signal,
      });
      for (const tag of tags) this.names.set(formatReference(tag), image);
      this.names.set(image.id, image);
      return image;
    } finally {
      await fs.rm(folder, { recursive: true, force: true });
    }
  }

  private async refuseOutside(file: string): Promise<void> {
    const [real, folder] = await Promise.all([
      fs.realpath(file).catch(() => path.resolve(file)),
      fs.realpath(this.options.contexts).catch(() => this.options.contexts),
    ]);
    if (real !== folder && !real.startsWith(folder + path.sep))
      throw new Error(
        `unable to prepare context: ${file} is outside of the build's own folders; copy it into the source`,
      );
  }

  /** Checks user and password with the registry, and keeps them for this build's pushes and pulls. */
  async login(registry: string, user: string, password: string, signal: AbortSignal): Promise<void> {
    // https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
    if (user !== "AWS") throw new Error(`unauthorized: the user name of ECR is AWS, not ${user}`);
    this.refuseOthers(registry);
    const authorization = Buffer.from(`${user}:${password}`).toString("base64");
    const status = await new RegistryClient(this.options.endpoint, registry, authorization, signal).check();
    if (status !== 200)
      throw new TransferError(`login attempt to https://${registry}/v2/ failed with status: ${status}`);
    this.logins.set(registry, authorization);
  }

  logout(registry: string): boolean {
    return this.logins.delete(registry);
  }

  async push(name: string, tell: (text: string) => void, signal: AbortSignal): Promise<Image> {
    const reference = parseReference(name);
    if (reference.digest) throw new Error("cannot push a digest reference");
    const image = this.names.get(formatReference(reference));
    const { registry, repository, tag } = reference;
    tell(`The push refers to repository [${registry}/${repository}]\n`);
    if (!image) throw new Error(`An image does not exist locally with the tag: ${registry}/${repository}`);
    await push(this.registry(registry, signal), image, this.options.store, reference, (digest, what) =>
      tell(`${digest.slice(7, 19)}: ${what}\n`),
    );
    tell(`${tag}: digest: ${image.digest} size: ${image.manifestBytes.length}\n`);
    this.names.set(formatReference({ registry, repository, digest: image.digest }), image);
    return image;
  }

  async pull(reference: Reference, signal: AbortSignal): Promise<Image> {
    const { registry, repository } = reference;
    const image = await pull(this.registry(registry, signal), reference, this.options.store);
    this.names.set(formatReference(reference), image);
    this.names.set(formatReference({ registry, repository, digest: image.digest }), image);
    this.names.set(image.id, image);
    return image;
  }

  /** An image that is here, by name, digest, id or the start of an id. */
  local(name: string): Image | undefined {
    const id = /^(sha256:)?([a-f0-9]{6,64})$/.exec(name)?.[2];
    const byId = id && [...this.names.values()].find((image) => image.id.startsWith(`sha256:${id}`));
    return byId || this.names.get(formatReference(parseReference(name)));
  }

  private async find(reference: Reference, signal: AbortSignal): Promise<Image> {
    return this.names.get(formatReference(reference)) ?? (await this.pull(reference, signal));
  }

  private registry(registry: string, signal: AbortSignal): RegistryClient {
    this.refuseOthers(registry);
    const authorization = this.logins.get(registry);
    // What Docker says when ECR answers 401.
    if (!authorization) throw new Error("no basic auth credentials");
    return new RegistryClient(this.options.endpoint, registry, authorization, signal);
  }

  private refuseOthers(registry: string): void {
    if (ecrRegistry(registry)) return;
    throw new Error(
      `the process runtime reaches ECR registries only (ACCOUNT.dkr.ecr.REGION.amazonaws.com), not ${registry}; ` +
        "use --containers docker",
    );
  }
}

// https://docs.docker.com/build/concepts/context/#filename-and-location
async function ignoreFile(context: string, dockerfile: string): Promise<string> {
  const own = `${dockerfile}.dockerignore`;
  const file = (await exists(own)) ? own : path.join(context, ".dockerignore");
  return (await exists(file)) ? fs.readFile(file, "utf8") : "";
}
