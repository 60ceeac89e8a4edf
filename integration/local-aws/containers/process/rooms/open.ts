import { startGroup, type ProcessGroup } from "../process-group";
import { accepts, containerHost, Ports } from "./ports";
import type { Place, Program, Room, Rooms } from "./rooms";

/** Rooms without walls: programs of this machine among its others, on ports of their own. */
export class OpenRooms implements Rooms {
  readonly registries = {};
  private readonly ports = new Ports();
  private readonly running = new Set<ProcessGroup>();

  constructor(
    readonly gateway: string,
    readonly missing: string,
  ) {}

  async place(containerPort: number | undefined): Promise<Place> {
    const port = containerPort === undefined ? undefined : await this.ports.take();
    return {
      address: () => ({ host: containerHost, port: port ?? 0 }),
      environment: { HOST: containerHost, ...(port === undefined ? {} : { PORT: String(port) }) },
      unheard: () => (port === undefined ? Promise.resolve(undefined) : unheardAt(port)),
      release: () => {
        if (port !== undefined) this.ports.release(port);
      },
    };
  }

  start(_view: unknown, program: Program): Promise<ProcessGroup> {
    return this.run(program, true);
  }

  open(): Promise<Room> {
    const groups = new Set<ProcessGroup>();
    return Promise.resolve({
      run: async (program) => {
        const group = await this.run(program, false);
        groups.add(group);
        return group;
      },
      close: () => {
        for (const group of groups) group.kill();
        return Promise.resolve();
      },
    });
  }

  async close(): Promise<void> {
    for (const group of this.running) group.kill();
    await Promise.all([...this.running].map((group) => group.ended));
  }

  private async run(program: Program, endWithProgram: boolean): Promise<ProcessGroup> {
    const group = await startGroup(program.command, program.args, { ...program, endWithProgram });
    this.running.add(group);
    void group.ended.then(() => this.running.delete(group));
    return group;
  }
}

/** Why nothing has reached a task, which is not to be seen in what it wrote. */
async function unheardAt(port: number): Promise<string | undefined> {
  if (await accepts(containerHost, port)) return undefined;
  return (await accepts("127.0.0.1", port))
    ? "rehearsal: this container listens on localhost only, where nothing would reach it on AWS either: listen at $HOST, " +
        "or at 0.0.0.0 where that is not set"
    : `rehearsal: nothing accepted connections at $HOST and $PORT (${containerHost}:${port}): listen there`;
}
