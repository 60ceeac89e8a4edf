import path from "node:path";
import type { Aws } from "../core/aws";
import type { ContainerRuntime } from "../core/container-runtime";
import type { Gateway } from "../core/gateway";
import { dockerRuntime, type DockerDaemon } from "./docker";
import { processRuntime } from "./process";
import { openRooms, type OpenedRooms } from "./process/rooms";

/** A container runtime that has been started. */
export interface StartedRuntime {
  containers: ContainerRuntime;
  /** What keeps processes apart, for people; nothing where Docker does. */
  walls?: string;
  /** The network that has the tasks, where that is not this machine's. */
  network?: OpenedRooms["network"];
  close(): Promise<void>;
}

/** Starts the runtime that was chosen: Docker's where there is a daemon. */
export async function startRuntime(
  docker: DockerDaemon | undefined,
  options: {
    folder: string;
    keepFolder: string;
    aws: Aws;
    gateway: Gateway;
    venvBin: string;
    rooms: boolean;
    /** What builds and tasks will be built on. */
    images: readonly string[];
    say?: (message: string) => void;
  },
): Promise<StartedRuntime> {
  const { folder, keepFolder, aws, gateway, venvBin } = options;
  if (docker) {
    gateway.alsoAt(new URL(docker.relay.endpoint).host);
    const containers = dockerRuntime({ daemon: docker, folder, aws });
    return { containers, close: () => containers.close() };
  }
  const { rooms, network, close } = await openRooms({
    gateway: aws.endpoint,
    hear: (server) => gateway.hear(server),
    outside: gateway.outsideSecret,
    asked: options.rooms ? undefined : "none",
  });
  const cacheFolder = path.join(keepFolder, "cache");
  const containers = processRuntime({ folder, cacheFolder, aws, gateway, venvBin, rooms, say: options.say });
  await containers.fetchLanguages(options.images);
  return {
    containers,
    walls: rooms.missing === undefined ? "each in a room of its own" : `without walls: ${rooms.missing}`,
    network,
    async close() {
      await containers.close();
      await close();
    },
  };
}
