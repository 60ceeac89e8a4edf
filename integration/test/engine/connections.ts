import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A socket of this process or of one that it has started, and where it leads. */
export interface Connection {
  pid: number;
  command: string;
  protocol: string;
  remote: string;
}

/** How often is looked, in wall milliseconds. An attempt to reach a host that does not answer lasts for seconds. */
const everyMs = 100;

/**
 * Records every connection to another address than loopback that this process and all its descendants have, by what
 * Linux says of their sockets. Together with the gateway, which refuses as a proxy what would go elsewhere, it tells
 * whether anything left the machine.
 */
export class ConnectionRecorder {
  /** How many times a socket to loopback was seen: that it sees any. */
  loopback = 0;
  /** Ends of connections that are not on this machine. */
  readonly outside: Connection[] = [];
  private readonly seen = new Set<string>();
  private readonly timer = setInterval(() => this.look(), everyMs);

  stop(): void {
    clearInterval(this.timer);
  }

  look(): void {
    const suspects = new Map<string, { protocol: string; remote: string }>();
    for (const [inode, socket] of socketsByInode()) {
      if (isLoopback(socket.remote)) this.loopback++;
      else if (!this.seen.has(inode)) suspects.set(inode, socket);
    }
    // Whose a socket is takes long to find out: only for those that should not be there. Others' are none of ours.
    if (suspects.size === 0) return;
    for (const inode of suspects.keys()) this.seen.add(inode);
    for (const pid of family()) {
      for (const inode of inodesOf(pid)) {
        const socket = suspects.get(inode);
        if (socket) this.outside.push({ pid, command: commandOf(pid), ...socket });
      }
    }
  }
}

const attempt = <T>(read: () => T, otherwise: T): T => {
  try {
    return read();
  } catch {
    // The process has ended since it was listed.
    return otherwise;
  }
};

/** This process and its descendants. */
function family(): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = attempt(() => readFileSync(`/proc/${entry}/stat`, "utf8"), "");
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const all = [process.pid];
  for (const pid of all) all.push(...(children.get(pid) ?? []));
  return all;
}

function inodesOf(pid: number): string[] {
  return attempt(() => readdirSync(`/proc/${pid}/fd`), []).flatMap((fd) => {
    const target = attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`), "");
    return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [];
  });
}

const commandOf = (pid: number): string =>
  attempt(() => readFileSync(`/proc/${pid}/cmdline`, "utf8"), "")
    .replaceAll("\0", " ")
    .trim();

/** @see https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html */
function socketsByInode(): Map<string, { protocol: string; remote: string }> {
  const sockets = new Map<string, { protocol: string; remote: string }>();
  for (const protocol of ["tcp", "tcp6", "udp", "udp6"]) {
    const table = attempt(() => readFileSync(`/proc/net/${protocol}`, "utf8"), "");
    for (const line of table.split("\n").slice(1)) {
      const [, , remote, , , , , , , inode] = line.trim().split(/\s+/);
      // No port: it listens, or is not connected.
      if (!remote || !inode || remote.endsWith(":0000")) continue;
      sockets.set(inode, { protocol, remote: addressOf(remote) });
    }
  }
  return sockets;
}

/** The address of `0100007F:1F90`: each four bytes are in the machine's order, which is little-endian wherever we run. */
export function addressOf(text: string): string {
  const [hex = "", port = ""] = text.split(":");
  const bytes = Buffer.from(hex, "hex");
  for (let i = 0; i < bytes.length; i += 4) bytes.subarray(i, i + 4).reverse();
  const isMapped =
    bytes.length === 16 && bytes.subarray(0, 12).toString("hex") === "00000000000000000000ffff";
  const address =
    bytes.length === 4 || isMapped
      ? [...bytes.subarray(-4)].join(".")
      : (bytes.toString("hex").match(/.{4}/g) ?? []).join(":");
  return `${address}:${Number.parseInt(port, 16)}`;
}

const isLoopback = (remote: string): boolean =>
  remote.startsWith("127.") || remote.startsWith("0000:0000:0000:0000:0000:0000:0000:0001:");
