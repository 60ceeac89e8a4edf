import net from "node:net";

// Below the ports that systems give to outgoing connections, of which a rehearsal makes thousands: a port of theirs may
// be taken between the moment it is found free and the moment the container listens.
const lowest = 20_000;
const highest = 31_999;

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
      if (await isFree(port)) return port;
      this.taken.delete(port);
    }
    throw new Error(`no free port between ${lowest} and ${highest} on 127.0.0.1`);
  }

  release(port: number): void {
    this.taken.delete(port);
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
