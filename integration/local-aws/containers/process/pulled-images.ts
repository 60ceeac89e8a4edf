import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import type { Aws, Identity } from "../../core/aws";
import { RegistryClient } from "../../core/registry-client";
import { formatReference, type Reference } from "../images/reference";
import { languageOf, type Base } from "./bases/base";
import type { ContainerConfig } from "./image";
import { assemble, type LayerStore } from "./layer-store";
import { pull } from "./transfer";

/** An image that containers can be made from. */
export interface Unpacked {
  config: ContainerConfig;
  digest: string;
  /** The folder with its files. */
  root: string;
}

/** The images that tasks run, each pulled and unpacked once. */
export class PulledImages {
  private readonly pulled = new Map<string, Promise<Unpacked>>();
  private readonly unpacked = new Map<string, Promise<string>>();

  constructor(
    private readonly aws: Aws,
    private readonly store: LayerStore,
    private readonly bases: readonly Base[],
    /** Where an image is unpacked, by the start of its digest. */
    private readonly folderOf: (name: string) => string,
  ) {}

  /** Pulls an image once from each repository, so that what a repository lacks is found out. */
  pull(reference: Reference, as: Identity): Promise<Unpacked> {
    const name = formatReference(reference);
    let pulled = reference.digest ? this.pulled.get(name) : undefined;
    if (!pulled) {
      pulled = this.pullNow(reference, as);
      this.pulled.set(name, pulled);
      pulled.catch(() => this.pulled.delete(name));
    }
    return pulled;
  }

  /** When nothing is being unpacked any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.unpacked.values());
  }

  private async pullNow(reference: Reference, as: Identity): Promise<Unpacked> {
    const { authorizationData } = await this.aws
      .client(ECRClient, as)
      .send(new GetAuthorizationTokenCommand({}));
    const token = authorizationData?.[0]?.authorizationToken;
    if (!token) throw new Error(`ECR gave no authorization token to pull ${formatReference(reference)}`);
    const registry = new RegistryClient(this.aws.endpoint, reference.registry, token);
    const { digest, config, layers } = await pull(registry, reference, this.store);
    let root = this.unpacked.get(digest);
    if (!root) {
      const folder = this.folderOf(digest.slice(7, 23));
      const language = languageOf(this.bases, config.config);
      root = assemble(layers, folder)
        .then(() => language?.unpacked?.(folder))
        .then(() => folder);
      this.unpacked.set(digest, root);
      root.catch(() => this.unpacked.delete(digest));
    }
    return { config: config.config, digest, root: await root };
  }
}
