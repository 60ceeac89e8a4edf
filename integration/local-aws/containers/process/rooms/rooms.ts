import type { ProcessGroup } from "../process-group";

/** Where builds and tasks run. With walls, each has files, processes and a network of its own; without, an environment. */
export interface Rooms {
  /** Why they have no walls on this machine; undefined where they have. */
  readonly missing: string | undefined;
  /** The local AWS, as programs in a room reach it. */
  readonly gateway: string;
  /** What makes package managers reach their registries, from rooms that may. */
  readonly registries: Readonly<Record<string, string>>;
  /** Takes an address for a task. */
  place(containerPort: number | undefined): Promise<Place>;
  /** Starts a program in a room of its own, which ends with it. @throws as {@link startGroup} where there is no such program */
  start(view: View, program: Program, place?: Place): Promise<ProcessGroup>;
  /** Opens a room in which programs run one after the other. */
  open(view: View): Promise<Room>;
  /** Ends all of them. */
  close(): Promise<void>;
}

export interface Room {
  run(program: Program): Promise<ProcessGroup>;
  /** Ends whatever still runs in it. */
  close(): Promise<void>;
}

/** What a room has of this machine's files, besides its programs and libraries; by absolute paths, the same inside. */
export interface View {
  /** Of the room's own; a folder on this machine, in which it may keep what it needs. */
  folder: string;
  /** Folders that are as they are, and can be written to. */
  writable: readonly string[];
  /** Folders and files that can be read; what is written to them goes with the room. */
  readable: readonly string[];
}

export interface Program {
  command: string;
  args: readonly string[];
  cwd: string;
  environment: Record<string, string>;
  onOutput: (text: string) => void;
  /** Gets what others leave of the processors. @default false */
  givesWay?: boolean;
}

/** Where a task is reached. */
export interface Place {
  /** Where the load balancer finds a port of it. */
  address(containerPort: number): { host: string; port: number };
  /** What tells the task where to listen. */
  readonly environment: Readonly<Record<string, string>>;
  /** Why nothing has reached it, where it is up and nobody could connect; undefined where somebody could. */
  unheard(): Promise<string | undefined>;
  release(): void;
}
