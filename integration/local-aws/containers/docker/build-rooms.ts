import { randomUUID } from "node:crypto";
import path from "node:path";
import type Dockerode from "dockerode";
import type { Aws } from "../../core/aws";
import type { BuildRoomRequest } from "../../core/container-runtime";
import { ecrRegistry, parseReference } from "../images/reference";
import { BuildCaches, type BuildCache } from "./build-caches";
import { nameserversOf, startBuildDaemon } from "./build-daemon";
import { buildEnvironment, machineFolder } from "./build-environment";
import { pullableName } from "./build-image";
import { registryHost } from "./build-registries";
import { customCache, DockerBuildRoom } from "./build-room";
import { fileOwner, removeFolder, roomFolders } from "./build-room-files";
import { provideImage } from "./pull";
import type { DockerDaemon } from "./daemon";
import { removeContainer } from "./sweep";

export interface BuildRoomsOptions {
  daemon: DockerDaemon;
  /** The rehearsal's. */
  folder: string;
  aws: Aws;
  /** `UID:GID` of whom files are given to that builds make. @default whoever runs this, where that is needed */
  fileOwner?: string;
}

/** Of the processor's time when others want it, where a task has 1024. */
const buildShares = 64;

/** CodeBuild's hosts: each build gets a fresh container of its project's image. */
export class BuildRooms {
  private readonly rooms = new Set<DockerBuildRoom>();
  private readonly caches: BuildCaches;
  private owner?: Promise<string | undefined>;
  private nameservers?: Promise<string[]>;

  constructor(private readonly options: BuildRoomsOptions) {
    this.caches = new BuildCaches(options.daemon.docker, options.daemon.labels);
  }

  /** @throws ImageUnavailableError, or Error with a sentence for people */
  async open(request: BuildRoomRequest): Promise<DockerBuildRoom> {
    const { daemon } = this.options;
    const image = await this.pull(request);
    const name = `${request.id.replace(/[^\w-]+/g, "-").slice(-40)}-${randomUUID().slice(0, 8)}`;
    const folder = path.join(this.options.folder, "containers", "builds", name);
    const volumes = new Map<string, BuildCache | undefined>();
    let container: Dockerode.Container | undefined;
    try {
      const folders = await roomFolders(folder);
      const machine = path.join(folder, "machine");
      const environment = await buildEnvironment(daemon.relay.endpoint, machine);
      if (request.privileged)
        volumes.set("/var/lib/docker", await this.cacheOf(request, "LOCAL_DOCKER_LAYER_CACHE"));
      const custom = await this.cacheOf(request, "LOCAL_CUSTOM_CACHE");
      if (custom) volumes.set(customCache, custom);
      container = await daemon.docker.createContainer({
        name: `${daemon.network.name}-build-${name}`,
        Image: image,
        // It stays; the build's commands are executed in it.
        Entrypoint: ["tail"],
        Cmd: ["-f", "/dev/null"],
        User: "0",
        Labels: { ...daemon.labels },
        HostConfig: {
          NetworkMode: daemon.network.name,
          Init: true,
          Privileged: request.privileged,
          // On AWS a build has a machine of its own. Here it gets what tasks and their clients leave of this one.
          CpuShares: buildShares,
          // Where the daemon maps users, privileged containers must not be mapped.
          UsernsMode: "host",
          Binds: [`${folders.outputs.host}:${folders.outputs.inside}:z`, `${machine}:${machineFolder}:ro,z`],
          Mounts: [...volumes].map(([Target, cache]) => ({
            Type: "volume",
            Target,
            Source: cache?.volume ?? "",
            VolumeOptions: {
              NoCopy: true,
              Labels: { ...daemon.labels },
              DriverConfig: { Name: "", Options: {} },
            },
          })),
          ExtraHosts: [`${registryHost(projectOf(request))}:${daemon.relay.address}`],
        },
      });
      await container.start();
      this.owner ??= Promise.resolve(this.options.fileOwner ?? fileOwner(daemon));
      if (request.privileged) {
        this.nameservers ??= nameserversOf(daemon, image).catch((error: unknown) => {
          this.nameservers = undefined;
          throw error;
        });
        await startBuildDaemon(daemon, container.id, await this.nameservers);
      }
      const room = new DockerBuildRoom(daemon, {
        request,
        containerId: container.id,
        image,
        folder,
        ...folders,
        environment,
        caches: [...volumes.values()].filter((cache) => cache !== undefined),
        fileOwner: await this.owner,
        onClose: () => this.rooms.delete(room),
      });
      this.rooms.add(room);
      return room;
    } catch (error) {
      if (container) await removeContainer(daemon.docker, container.id).catch(() => undefined);
      for (const cache of volumes.values()) await cache?.giveBack(false).catch(() => undefined);
      await removeFolder(daemon, folder, image).catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.rooms].map((room) => room.close()));
  }

  private async cacheOf({ project, cacheModes }: BuildRoomRequest, mode: string) {
    return cacheModes.includes(mode) ? this.caches.take(project, mode) : undefined;
  }

  /** Makes the project's image be there, and gives its name. */
  private async pull({ image, pullAs, registryLogin }: BuildRoomRequest): Promise<string> {
    const { daemon, aws } = this.options;
    const name = pullableName(image);
    const { registry } = parseReference(name);
    if (ecrRegistry(registry)) return (await provideImage(daemon, aws, name, pullAs)).name;
    await daemon.ensureImage(name, registryLogin && { ...registryLogin, serveraddress: registry });
    return name;
  }
}

/** Whose project it is: `arn:aws:codebuild:REGION:ACCOUNT:project/NAME`. */
function projectOf({ project }: BuildRoomRequest): { account: string; region: string } {
  const [, , , region = "", account = ""] = project.split(":");
  return { account, region };
}
