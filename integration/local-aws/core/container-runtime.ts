import type { Identity } from "./identity";

/** What runs images: the real Docker, or processes of this machine. */
export interface ContainerRuntime {
  readonly name: "docker" | "process";
  /** A fresh place for one build. */
  openBuildRoom(request: BuildRoomRequest): Promise<BuildRoom>;
  /** Starts a container, pulling its image first. Rejects with a sentence for people when it cannot. */
  start(spec: ContainerSpec): Promise<Container>;
  /** Opens one network for several containers, which publishes these ports. Only where `name` is "docker". */
  openTaskNetwork?(containerPorts: readonly number[]): Promise<TaskNetwork>;
  /** What it cannot prove, of what it has run so far, each in a sentence. */
  limits(): string[];
  /** Ends everything that it started and removes what it made. */
  close(): Promise<void>;
}

/** A container's image is not there and cannot be pulled; the message is a sentence for people. */
export class ImageUnavailableError extends Error {
  override name = "ImageUnavailableError";
}

export interface BuildRoomRequest {
  /** The build's id, for names and labels. */
  id: string;
  /** The project's ARN: builds share caches with builds of the same project only. */
  project: string;
  /** The project's image, e.g. `aws/codebuild/amazonlinux-x86_64-standard:5.0`. */
  image: string;
  /** Whose credentials pull an image of ECR. */
  pullAs: Identity;
  /** What a private registry elsewhere asks for. */
  registryLogin?: { username: string; password: string };
  /** Whether the project lets its builds use Docker. Without it, `docker` in a build fails as it does on AWS. */
  privileged: boolean;
  /** Which of the project's local caches builds share (https://docs.aws.amazon.com/codebuild/latest/userguide/caching-local.html). */
  cacheModes: readonly string[];
}

export interface BuildRoom {
  /** The source directory, on this machine and as commands in the build see it. */
  readonly sourceDirectory: { host: string; inside: string };
  /** A scratch directory outside of the source. */
  readonly scratchDirectory: { host: string; inside: string };
  /**
   * Gives the build languages in these versions (`nodejs`, `python`, …), before its first script, where the room can: an
   * image of CodeBuild does that by itself. Gives a note on each for the build's log.
   * @param asked those that the buildspec names; others may be left out
   */
  useRuntimes?(versions: Readonly<Record<string, string>>, asked: readonly string[]): Promise<string[]>;
  /**
   * Puts what earlier builds of the project have left in these folders there (`LOCAL_CUSTOM_CACHE`), where the room can.
   * Paths are as in a buildspec: absolute or relative to the source, patterns standing for the folder that they are in.
   */
  useCache?(paths: readonly string[]): Promise<void>;
  /** Runs a bash script file (a path as seen inside) and gives its exit code. Ends at once when `signal` aborts. */
  run(options: {
    script: string;
    environment: Record<string, string>;
    onOutput: (text: string) => void;
    signal: AbortSignal;
  }): Promise<{ exitCode: number }>;
  close(): Promise<void>;
}

export interface ContainerSpec {
  /** For names and labels, e.g. `orders/4f2c…/web`. */
  name: string;
  /** Image URI; a digest is pulled as that digest. */
  image: string;
  /** Whose credentials pull the image. */
  pullAs: Identity;
  entryPoint?: readonly string[];
  command?: readonly string[];
  workingDirectory?: string;
  environment: Readonly<Record<string, string>>;
  containerPorts: readonly number[];
  /** A network that it shares with others of its task; they reach each other on localhost. */
  network?: TaskNetwork;
  /** Of which 1024 are one core's time; the process runtime sets no limits. */
  cpuUnits?: number;
  memoryMiB?: number;
  /** Of the container itself, beside a target group's; the process runtime runs none. */
  healthCheck?: HealthCheck;
  /** Seconds of wall time between the stop signal and the kill. */
  stopTimeoutSeconds: number;
  onLine: (line: string) => void;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html, with nothing left out; AWS time. */
export interface HealthCheck {
  /** `CMD` and arguments, or `CMD-SHELL` and a command line. */
  command: readonly string[];
  intervalSeconds: number;
  timeoutSeconds: number;
  retries: number;
  startPeriodSeconds: number;
  onChange: (health: "HEALTHY" | "UNHEALTHY") => void;
}

export interface TaskNetwork {
  readonly id: string;
  /** Where a port of its containers answers on loopback. */
  address(containerPort: number): { host: string; port: number };
  close(): Promise<void>;
}

export interface Container {
  readonly id: string;
  /** `sha256:…` of the manifest that was pulled; undefined for a base image that the runtime stands in for. */
  readonly imageDigest: string | undefined;
  /** Where a port of the container answers on loopback. */
  address(containerPort: number): { host: string; port: number };
  /** Resolves when it has ended, however that came. Never rejects. */
  readonly ended: Promise<{ exitCode: number | undefined; reason: string }>;
  /** Sends the image's stop signal, then kills after the timeout. Resolves when it has ended. */
  stop(): Promise<void>;
  /** Kills it at once; `ended` tells when it has ended. */
  kill(): void;
}
