import net from "node:net";

// Below the ports that systems give to outgoing connections, of which a rehearsal makes thousands: a port of theirs may
// be taken between the moment it is found free and the moment the container listens.
const lowest = 20_000;
const highest = 31_999;

/**
 * Where containers are reached: another address of loopback than localhost's, so that one that listens on localhost only is
 * as unreachable as on AWS. Only Linux has more than one without being asked.
 */
export const containerHost = process.platform === "linux" ? "127.0.0.2" : "127.0.0.1";

/** Ports for containers, none of them given twice at a time. */
export class Ports {
  private readonly taken = new Set<number>();
  // Rehearsals that run side by side start looking at different places.
  private next = lowest + Math.floor(Math.random() * (highest - lowest));

  async take(): Promise<number> {
    for (let tried = lowest; tried <= highest; tried++) {
      const port = this.next;
      this.next = port >= highest ? lowest : port + 1;
      if (this.taken.has(port)) continue;
      this.taken.add(port);
      if ((await isFree(containerHost, port)) && (await isFree("127.0.0.1", port))) return port;
      this.taken.delete(port);
    }
    throw new Error(`no free port between ${lowest} and ${highest} on ${containerHost}`);
  }

  release(port: number): void {
    this.taken.delete(port);
  }
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** Whether somebody listens there. */
export function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 1000 });
    const end = (connected: boolean) => {
      socket.destroy();
      resolve(connected);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("timeout", () => end(false));
  });
}
