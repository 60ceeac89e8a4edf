import http from "node:http";
import type { Socket } from "node:net";
import { Door } from "./door";
import type { Address, DoorSettings } from "./plane";

/** Where requests go: an address, its connections, and the door before it. */
export class Destination {
  readonly agent = new Connections();
  door?: Door;
  private inFlight = 0;
  private onIdle: (() => void)[] = [];

  constructor(readonly address: Address) {}

  settle(door: DoorSettings | undefined, nowMs: () => number): void {
    if (door && this.door) this.door.change(door);
    else this.door = door && new Door(door, nowMs);
  }

  take(): void {
    this.inFlight++;
  }

  release(): void {
    if (--this.inFlight === 0) for (const done of this.onIdle.splice(0)) done();
  }

  idle(): Promise<void> {
    return this.inFlight === 0 ? Promise.resolve() : new Promise((resolve) => this.onIdle.push(resolve));
  }
}

/**
 * Kept connections to one target.
 *
 * A target closes a connection that has been idle for its keep-alive time-out; a request that is on its way at that
 * moment is answered 502 on AWS, too, which advises a time-out longer than the load balancer's idle one
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#connection-idle-timeout).
 * Here connections are idle in wall time, which says nothing of AWS, and a busy machine would hear of the closing
 * late. So none is used that was idle for a second: servers keep them for two (gunicorn), five (Node.js, uvicorn) or
 * more. This is kinder than AWS to a service with a time-out shorter than the load balancer's.
 */
class Connections extends http.Agent {
  private readonly idleSince = new WeakMap<Socket, number>();

  constructor() {
    super({ keepAlive: true, scheduling: "lifo", maxFreeSockets: 256, timeout: longestIdleMs });
  }

  /** Closes what has been idle for too long, however late a timer would be. */
  letGo(): void {
    const oldest = performance.now() - longestIdleMs;
    for (const sockets of Object.values(this.freeSockets)) {
      for (const socket of sockets ?? []) {
        if ((this.idleSince.get(socket) ?? Infinity) < oldest) socket.destroy();
        // The one that was used last is at the end, and those before it are older.
        else break;
      }
    }
  }

  override keepSocketAlive(socket: Socket): boolean {
    this.idleSince.set(socket, performance.now());
    // It returns whether to keep the socket; @types/node leaves that out.
    return (super.keepSocketAlive(socket) as unknown) === true;
  }
}

const longestIdleMs = 1000;
