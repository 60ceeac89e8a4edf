import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:net";
import os from "node:os";
import path from "node:path";
import { RoomNetwork, toolPath } from "./network";
import { OpenRooms } from "./open";
import type { Rooms } from "./rooms";
import { WalledRooms } from "./walled";

/** Rooms, and what of them concerns others. */
export interface OpenedRooms {
  rooms: Rooms;
  /** Their network, where they have walls. */
  network?: Pick<RoomNetwork, "words" | "probe" | "failed">;
  close(): Promise<void>;
}

/**
 * Opens rooms: with walls where this machine can make one.
 *
 * @param options.gateway the local AWS, as this machine reaches it
 * @param options.hear gets what hears connections to the local AWS from rooms
 * @param options.outside lets whoever names it reach package registries through the gateway
 */
export async function openRooms(options: {
  gateway: string;
  hear: (server: Server) => void;
  outside: string;
  asked?: "none";
}): Promise<OpenedRooms> {
  const without = (why: string): OpenedRooms => {
    const rooms = new OpenRooms(options.gateway, why);
    return { rooms, close: () => rooms.close() };
  };
  if (options.asked === "none") return without("--no-rooms");
  if (process.platform !== "linux") return without("only Linux has namespaces");
  let network: RoomNetwork | undefined;
  try {
    network = await RoomNetwork.open();
    const { host } = new URL(network.gateway);
    const proxy = `http://registries:${options.outside}@${host}`;
    const rooms = new WalledRooms(network, {
      ...{ https_proxy: proxy, HTTPS_PROXY: proxy, npm_config_https_proxy: proxy, npm_config_proxy: proxy },
    });
    await tryOut(rooms);
    options.hear(network.server);
    const opened = network;
    return {
      rooms,
      network,
      async close() {
        await rooms.close();
        await opened.close();
      },
    };
  } catch (error) {
    await network?.close();
    return without(reasonOf(error));
  }
}

/** Makes a room, with all that one has. @throws Error with what this machine refuses */
async function tryOut(rooms: Rooms): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "greenroom-room-"));
  try {
    const view = { folder, writable: [folder], readable: [] };
    const program = { command: "true", args: [], cwd: "/", environment: { PATH: toolPath } };
    const place = await rooms.place(8080);
    const group = await rooms.start(view, { ...program, onOutput: () => undefined }, place);
    const { exitCode } = await group.ended;
    if (exitCode !== 0) throw new Error(`a program in a room ended with exit code ${exitCode}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function reasonOf(error: unknown): string {
  const { code, path: program, message } = error as NodeJS.ErrnoException;
  return code === "ENOENT" && program ? `there is no ${program} here` : message.replace(/\s+/g, " ");
}
