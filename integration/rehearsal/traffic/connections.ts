import { Client } from "undici";

const steady = 32;
const most = 1000;

/**
 * The connections of many independent clients. A request takes the connection that has been idle for longest, so
 * that all are in use, and a new one is opened when none is idle, so that no request waits behind a slow answer.
 */
export class Connections {
  private readonly idle: Client[] = [];
  private readonly all = new Set<Client>();
  private readonly waiting: ((client: Client) => boolean)[] = [];

  constructor(
    private readonly origin: string,
    private readonly timeoutMs: number,
  ) {
    for (let i = 0; i < steady; i++) this.idle.push(this.open());
  }

  /**
   * Calls `use` with a connection, at once unless a thousand requests are waiting for their answers. `use` gives
   * false when it no longer needs one; otherwise `release` must be called when it is done.
   */
  take(use: (client: Client) => boolean): void {
    const client = this.idle.shift() ?? (this.all.size < most ? this.open() : undefined);
    if (!client) this.waiting.push(use);
    else if (!use(client)) this.release(client);
  }

  release(client: Client): void {
    for (let use = this.waiting.shift(); use; use = this.waiting.shift()) if (use(client)) return;
    if (this.idle.length < steady) this.idle.push(client);
    else {
      this.all.delete(client);
      client.destroy().catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.all].map((client) => client.destroy()));
  }

  private open(): Client {
    // The generator measures the timeout itself, from the due time on; these only bound what it gave up on.
    const client = new Client(this.origin, {
      pipelining: 1,
      connect: { timeout: this.timeoutMs },
      headersTimeout: this.timeoutMs * 2,
      bodyTimeout: this.timeoutMs * 2,
    });
    this.all.add(client);
    return client;
  }
}
