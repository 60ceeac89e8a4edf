import { once } from "node:events";
import type { BuildRoom, BuildRoomRequest } from "../../core/container-runtime";
import { nodeOptions } from "../../network";
import { baseImages, handOver } from "./build-bases";
import type { BuildCache } from "./build-caches";
import { stopBuildDaemon } from "./build-daemon";
import { networkInside } from "./build-environment";
import { ask, execute } from "./build-exec";
import { givingTo, removeFolder, type RoomFolder } from "./build-room-files";
import { addHosts, registriesIn } from "./build-registries";
import type { DockerDaemon } from "./daemon";
import { removeContainer } from "./sweep";

type RunOptions = Parameters<BuildRoom["run"]>[0];

/** Where the volume of `LOCAL_CUSTOM_CACHE` is. */
export const customCache = "/codebuild/local-cache/custom";

/** What a killed program's exit code is: 128 + SIGKILL. */
const killed = 137;

/** A build's container, which is there for this build only. */
export class DockerBuildRoom implements BuildRoom {
  readonly sourceDirectory: RoomFolder;
  readonly scratchDirectory: RoomFolder;
  /** Nothing has ended it by force, so what it shares with other builds is whole. */
  private isWhole = true;
  /** Images and registries that the build has been given. */
  private readonly given = new Set<string>();
  private removed?: Promise<void>;
  private closed?: Promise<void>;

  constructor(
    private readonly daemon: DockerDaemon,
    private readonly at: {
      request: BuildRoomRequest;
      containerId: string;
      image: string;
      folder: string;
      outputs: RoomFolder;
      source: RoomFolder;
      scratch: RoomFolder;
      environment: Readonly<Record<string, string>>;
      caches: readonly BuildCache[];
      fileOwner: string | undefined;
      onClose: () => void;
    },
  ) {
    this.sourceDirectory = at.source;
    this.scratchDirectory = at.scratch;
  }

  async run(options: RunOptions): Promise<{ exitCode: number }> {
    const { signal } = options;
    signal.throwIfAborted();
    const running = this.execute(options);
    const ended = new AbortController();
    const stopped = once(signal, "abort", { signal: ended.signal }).then(async () => {
      await this.kill();
      return { exitCode: killed };
    });
    try {
      return await Promise.race([running, stopped]);
    } catch (error) {
      // The container that was killed takes its commands with it.
      if (signal.aborted) return await stopped;
      throw error;
    } finally {
      ended.abort();
      for (const one of [running, stopped]) one.catch(() => undefined);
    }
  }

  /**
   * "Cached directories are linked to your build before it downloads its project sources", and what the source has goes
   * first. https://docs.aws.amazon.com/codebuild/latest/userguide/caching-local.html
   */
  async useCache(paths: readonly string[]): Promise<void> {
    if (!this.at.request.cacheModes.includes("LOCAL_CUSTOM_CACHE")) return;
    const folders = paths.map((path) => path.replace(/\/*[^/]*[*?[{].*$/, "")).filter((path) => path !== "");
    const link = `
cd "$1"; shift
for folder; do
  cached=${customCache}/$(printf %s "$folder" | tr -c 'A-Za-z0-9._-' _)
  rmdir "$folder" 2> /dev/null
  [ -e "$folder" ] && continue
  mkdir -p "$cached" "$(dirname "$folder")" && ln -s "$cached" "$folder"
done`;
    await ask(this.daemon.docker, this.at.containerId, [
      "sh",
      "-c",
      link,
      "sh",
      this.sourceDirectory.inside,
      ...folders,
    ]);
  }

  close(): Promise<void> {
    this.closed ??= this.closeNow();
    return this.closed;
  }

  private async execute({ script, environment: own, onOutput, signal }: RunOptions) {
    const { environment, containerId, fileOwner, outputs } = this.at;
    await this.prepare(own);
    signal.throwIfAborted();
    const exitCode = await execute(this.daemon.docker, containerId, {
      command: fileOwner ? givingTo(fileOwner, outputs.inside, script) : ["bash", script],
      environment: {
        ...environment,
        ...own,
        // The build's own value must not cut it off from the local AWS.
        NODE_OPTIONS: nodeOptions(own.NODE_OPTIONS ?? "", networkInside),
      },
      workingDirectory: this.sourceDirectory.inside,
      onOutput: (text) => {
        if (!signal.aborted) onOutput(text);
      },
    });
    return { exitCode };
  }

  /** Gives the build what its source and its variables name; an earlier command may have written a Dockerfile. */
  private async prepare(environment: Readonly<Record<string, string>>): Promise<void> {
    const { docker, relay } = this.daemon;
    const { containerId, request, source, scratch } = this.at;
    const isNew = (name: string) => !this.given.has(name) && this.given.add(name);
    const images = request.privileged ? (await baseImages(source.host)).filter(isNew) : [];
    const registries = registriesIn([...images, ...Object.values(environment)]).filter(isNew);
    await addHosts(docker, containerId, relay.address, registries);
    await handOver(docker, containerId, images, scratch);
  }

  /** At once, with all that the build has started. */
  private kill(): Promise<void> {
    this.isWhole = false;
    this.removed ??= removeContainer(this.daemon.docker, this.at.containerId);
    return this.removed;
  }

  private async closeNow(): Promise<void> {
    const { docker } = this.daemon;
    const { request, containerId, caches, folder, image, onClose } = this.at;
    try {
      if (!this.removed) {
        if (request.privileged && caches.length > 0)
          this.isWhole = await stopBuildDaemon(docker, containerId);
        this.removed = removeContainer(docker, containerId);
      }
      await this.removed;
      for (const cache of caches) await cache.giveBack(this.isWhole);
    } finally {
      await removeFolder(this.daemon, folder, image);
      onClose();
    }
  }
}
