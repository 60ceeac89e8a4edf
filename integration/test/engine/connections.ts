import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { isMainThread, parentPort, Worker } from "node:worker_threads";

/** A socket of this process or of one that it has started, and where it leads. */
export interface Connection {
  pid: number;
  command: string;
  protocol: string;
  remote: string;
}

/** How often is looked, in wall milliseconds. An attempt to reach a host that does not answer lasts for seconds. */
const everyMs = 250;

/** Linux's inode of a connection that has ended, and that nobody has any more. */
const over = "0";

/**
 * Records the connections to other addresses than loopback that this process and all its descendants have, by what
 * Linux says of their sockets. One that is over before the next look belongs to nobody any more and is not seen; an
 * attempt to leave a machine lasts longer, or goes to the gateway as the proxy, which refuses and reports it.
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
    for (const { protocol, remote, inode } of sockets()) {
      if (isLoopback(remote)) this.loopback++;
      else if (inode !== over && !this.seen.has(inode))
        suspects.set(inode, { protocol, remote: addressOf(remote) });
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

/**
 * Those that are connected, as Linux writes them: all ends of the last minute are among them, many thousands.
 * @see https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
 */
function* sockets(): Generator<{ protocol: string; remote: string; inode: string }> {
  for (const protocol of ["tcp", "tcp6", "udp", "udp6"]) {
    const table = attempt(() => readFileSync(`/proc/net/${protocol}`, "utf8"), "");
    for (const [, remote = "", inode = ""] of table.matchAll(row)) yield { protocol, remote, inode };
  }
}

/** Its remote address and inode. Without a port it listens, or is not connected. */
const row = /^ *\d+: \S+ ([0-9A-F]+:(?!0000)\S+) \S+ \S+ \S+ \S+ +\d+ +\d+ (\d+)/gm;

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
  /^(0{16}FFFF0000|)[0-9A-F]{6}7F:|^0{24}01000000:/.test(remote);

/** What was recorded. */
export type Recorded = Pick<ConnectionRecorder, "loopback" | "outside">;

/**
 * Records in a thread of its own: the tables are long, and clients would wait for whoever reads them.
 * @returns ends it, and tells what it has recorded
 */
export function recordConnections(): () => Promise<Recorded> {
  const worker = new Worker(__filename, { execArgv: ["--require", require.resolve("tsx/cjs")] });
  const recorded = new Promise<Recorded>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  // Whoever asks hears of it.
  recorded.catch(() => undefined);
  return () => {
    worker.postMessage("stop");
    return recorded;
  };
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  const recorder = new ConnectionRecorder();
  port.once("message", () => {
    recorder.look();
    recorder.stop();
    const { loopback, outside } = recorder;
    port.postMessage({ loopback, outside } satisfies Recorded);
  });
}
