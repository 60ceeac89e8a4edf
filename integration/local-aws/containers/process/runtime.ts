import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import type { Aws } from "../../core/aws";
import type { Gateway } from "../../core/gateway";
import {
  ImageUnavailableError,
  type BuildRoom,
  type BuildRoomRequest,
  type Container,
  type ContainerRuntime,
  type ContainerSpec,
} from "../../core/container-runtime";
import { buildLanguages } from "./build-languages";
import { openRoom, remove } from "./build-room";
import { startContainer } from "./container";
import { DockerDaemon } from "./docker-daemon";
import { DockerEndpoint } from "./docker-endpoint";
import { languageOf, versionGapOf, type Base } from "./bases/base";
import { nodeBase } from "./bases/node";
import { pythonBase } from "./bases/python";
import type { ContainerConfig } from "./image";
import { LayerStore, type KnownContents } from "./layer-store";
import { Nodes } from "./nodes";
import { foldersOfVenv, Pythons } from "./pythons";
import { ecrRegistry, parseReference } from "../images/reference";
import type { Rooms } from "./rooms";
import { networkFileIn, nodeFolders, writePrograms } from "./programs";
import { PulledImages } from "./pulled-images";
import { copyTree } from "./tree";

export interface ProcessRuntimeOptions {
  /** For this rehearsal; the runtime makes `containers` in it, which `close` removes. */
  folder: string;
  /** Kept from one rehearsal to the next: layers of builds (at most 2 GiB) and downloaded packages. */
  cacheFolder: string;
  aws: Aws;
  /** Where the `docker` commands of builds reach the runtime. */
  gateway: Pick<Gateway, "mount">;
  /** The folder with the `aws` command. */
  venvBin: string;
  rooms: Rooms;
  /** @default those of this machine and of npm */
  nodes?: Nodes;
  /** What takes a while. */
  say?: (message: string) => void;
}

/** Images and containers without Docker: folders and processes of this machine. No sandbox: it runs what you trust. */
export function processRuntime(options: ProcessRuntimeOptions): ProcessRuntime {
  return new ProcessRuntime(options);
}

class ProcessRuntime implements ContainerRuntime {
  readonly name = "process";
  private readonly endpoint = new DockerEndpoint();
  private readonly builds = new Set<BuildRoom>();
  private readonly containers = new Set<Awaited<ReturnType<typeof startContainer>>>();
  private readonly starting = new Set<Promise<unknown>>();
  private readonly known: KnownContents = new Map();
  private readonly images: PulledImages;
  private readonly cache: LayerStore;
  private readonly gaps = new Set<string>();
  private readonly nodes: Nodes;
  private readonly pythons: Pythons;
  private readonly bases: readonly Base[];
  private prepared?: Promise<void>;
  private closing = false;

  constructor(private readonly options: ProcessRuntimeOptions) {
    this.cache = new LayerStore(path.join(options.cacheFolder, "layers"), this.known);
    this.pythons = new Pythons(
      path.join(options.venvBin, "python"),
      path.join(options.cacheFolder, "python"),
    );
    this.nodes = options.nodes ?? new Nodes(path.join(options.cacheFolder, "node"), options.say);
    this.bases = [nodeBase(this.nodes), pythonBase(this.pythons)];
    this.images = new PulledImages(
      options.aws,
      new LayerStore(this.at("pulled"), this.known),
      this.bases,
      (name) => this.at("images", name),
    );
    options.gateway.mount("docker", this.endpoint.handle);
  }

  async openBuildRoom(request: BuildRoomRequest): Promise<BuildRoom> {
    this.refuseWhenClosing();
    if (!/^aws\/codebuild\/(?!windows)/.test(request.image)) {
      throw new ImageUnavailableError(
        `the process runtime stands in for CodeBuild's own Linux images (aws/codebuild/…), not for ${request.image}; ` +
          "use --containers docker",
      );
    }
    await this.prepare();
    const folder = this.at(
      "builds",
      `${request.id.replace(/[^\w-]+/g, "-").slice(-40)}-${randomUUID().slice(0, 8)}`,
    );
    const packageCache = this.options.cacheFolder;
    // https://docs.aws.amazon.com/codebuild/latest/userguide/caching-local.html: otherwise each build's Docker is new.
    const shared = request.cacheModes.includes("LOCAL_DOCKER_LAYER_CACHE");
    const daemonFolder = path.join(folder, "docker");
    const store = shared ? this.cache : new LayerStore(path.join(daemonFolder, "layers"));
    const daemon = new DockerDaemon({
      endpoint: this.options.aws.endpoint,
      folder: daemonFolder,
      contexts: folder,
      packageCache,
      rooms: this.options.rooms,
      readable: this.readable,
      store,
      bases: this.bases,
    });
    const token = this.endpoint.open(request.privileged ? daemon : undefined);
    const room = await openRoom({
      folder,
      rooms: this.options.rooms,
      readable: [...this.readable, ...foldersOfVenv(path.dirname(this.options.venvBin))],
      networkFile: networkFileIn(this.at("programs")),
      token,
      packageCache,
      programs: [this.at("programs", "build")],
      languages: (versions, asked) =>
        buildLanguages(versions, asked, {
          nodes: this.nodes,
          pythons: this.pythons,
          folder,
          note: (gap) => this.gaps.add(gap),
        }),
      onClose: async () => {
        await this.endpoint.close(token);
        this.builds.delete(room);
      },
    });
    this.builds.add(room);
    return room;
  }

  async start(spec: ContainerSpec): Promise<Container> {
    this.refuseWhenClosing();
    const started = this.startNow(spec);
    this.starting.add(started);
    try {
      return await started;
    } finally {
      this.starting.delete(started);
    }
  }

  /** Fetches what will run images that are built on these, so that no task waits for it. */
  async fetchLanguages(images: readonly string[]): Promise<void> {
    const references = images.map(parseReference);
    await Promise.all(
      references.map((reference) =>
        // Where there is nothing, whoever needs it is told why.
        this.bases
          .find((base) => base.matches(reference))
          ?.standIn(reference)
          .catch(() => undefined),
      ),
    );
  }

  limits(): string[] {
    const { missing } = this.options.rooms;
    return [
      "Containers: tasks and builds are processes of this machine, with its Node.js and Python, not the image's base.",
      ...(missing === undefined
        ? []
        : [`Rooms: tasks and builds have no walls here, and can reach what is on this machine: ${missing}.`]),
      "Capacity: CPU, memory and the network are this machine's; a task's limits are not enforced.",
      ...this.gaps,
    ];
  }

  async close(): Promise<void> {
    this.closing = true;
    await this.pythons.close();
    await Promise.all([...this.builds].map((room) => room.close()));
    await Promise.allSettled(this.starting);
    for (const container of this.containers) container.kill();
    await Promise.all([...this.containers].map((container) => container.ended));
    await this.images.settled();
    await remove(this.at());
    await this.cache.prune(2 * 1024 ** 3);
  }

  private async startNow(spec: ContainerSpec): Promise<Container> {
    await this.prepare();
    const container = await startContainer(spec, await this.image(spec), {
      folder: this.at("running"),
      rooms: this.options.rooms,
      programs: [this.at("programs", "container")],
      readable: this.readable,
      networkFile: networkFileIn(this.at("programs")),
    });
    this.containers.add(container);
    void container.ended.then(() => this.containers.delete(container));
    return container;
  }

  private async image(spec: ContainerSpec) {
    const reference = parseReference(spec.image);
    const base = this.bases.find((one) => one.matches(reference));
    if (base) {
      const putInto = async (root: string) => void (await fs.mkdir(root, { recursive: true }));
      const { config } = await base.standIn(reference);
      this.note(config);
      return { config, language: languageOf(this.bases, config), putInto };
    }
    if (!ecrRegistry(reference.registry)) {
      throw new Error(
        `the process runtime cannot pull ${spec.image}, only images of ECR; use --containers docker`,
      );
    }
    const { config, digest, root } = await this.images.pull(reference, spec.pullAs);
    this.note(config);
    return {
      config,
      digest,
      language: languageOf(this.bases, config),
      putInto: (folder: string) => copyTree(root, folder),
    };
  }

  /** Another version than the image's is beside the verdict. */
  private note(config: ContainerConfig): void {
    const gap = versionGapOf(config);
    if (gap) this.gaps.add(gap);
  }

  private prepare(): Promise<void> {
    return (this.prepared ??= writePrograms(this.at("programs"), this.options.venvBin));
  }

  /** Of this machine, for every room. */
  private get readable(): string[] {
    return [this.at("programs"), ...nodeFolders()];
  }

  private at(...names: string[]): string {
    return path.join(this.options.folder, "containers", ...names);
  }

  private refuseWhenClosing(): void {
    if (this.closing) throw new Error("the local AWS is being shut down");
  }
}
