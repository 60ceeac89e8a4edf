import type { Aws } from "../../core/aws";
import type {
  Container,
  ContainerRuntime,
  ContainerSpec,
  BuildRoom,
  BuildRoomRequest,
  TaskNetwork,
} from "../../core/container-runtime";
import { ImageUnavailableError } from "../../core/container-runtime";
import { BuildRooms } from "./build-rooms";
import { daemonGraceMs, startContainer } from "./container";
import { provideImage } from "./pull";
import type { DockerDaemon } from "./daemon";
import { within } from "./sweep";
import { openTaskNetwork } from "./task-network";

export { dockerMissing, openDocker, type DockerDaemon } from "./daemon";

export interface DockerRuntimeOptions {
  /** Opened by the caller, who closes it after the runtime. */
  daemon: DockerDaemon;
  /** For this rehearsal. */
  folder: string;
  aws: Aws;
}

/** The real Docker: builds and tasks are containers on a private network. */
export function dockerRuntime(options: DockerRuntimeOptions): ContainerRuntime {
  return new DockerRuntime(options);
}

class DockerRuntime implements ContainerRuntime {
  readonly name = "docker";
  private readonly rooms: BuildRooms;
  private readonly containers = new Set<Awaited<ReturnType<typeof startContainer>>>();
  private readonly starting = new Set<Promise<unknown>>();
  private closing = false;

  constructor(private readonly options: DockerRuntimeOptions) {
    this.rooms = new BuildRooms(options);
  }

  openBuildRoom(request: BuildRoomRequest): Promise<BuildRoom> {
    return this.begin(() => this.rooms.open(request));
  }

  openTaskNetwork(containerPorts: readonly number[]): Promise<TaskNetwork> {
    const { daemon } = this.options;
    return this.begin(() => openTaskNetwork(daemon, daemon.relay.image, containerPorts));
  }

  start(spec: ContainerSpec): Promise<Container> {
    return this.begin(async () => {
      const { daemon, aws } = this.options;
      // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html
      const image = await provideImage(daemon, aws, spec.image, spec.pullAs).catch((error: unknown) => {
        if (error instanceof ImageUnavailableError)
          throw new Error(`CannotPullContainerError: ${error.message}`);
        throw error;
      });
      const container = await startContainer(daemon, spec, image, aws.clock.speed);
      this.containers.add(container);
      void container.ended.then(() => this.containers.delete(container));
      return container;
    });
  }

  limits(): string[] {
    return [
      "Containers: tasks and builds run their images on this machine's kernel and Docker, not on Fargate's or CodeBuild's.",
      "Capacity: each container has the CPU and memory that its task declares, of this machine; builds, disks and the " +
        "network have no limits but its own.",
    ];
  }

  async close(): Promise<void> {
    this.closing = true;
    // Bounded, as a pull may take long and the daemon may be gone; what they bring then goes with the daemon.
    await within(daemonGraceMs, Promise.allSettled(this.starting));
    await within(2 * daemonGraceMs, this.rooms.close());
    for (const container of this.containers) container.kill();
    await Promise.all([...this.containers].map((container) => container.ended));
  }

  private async begin<T>(work: () => Promise<T>): Promise<T> {
    if (this.closing) throw new Error("the local AWS is being shut down");
    const started = work();
    this.starting.add(started);
    try {
      return await started;
    } finally {
      this.starting.delete(started);
    }
  }
}
