import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { awsCommandFolder } from "./aws-command";
import { limitsOf, startBases, type BaseChoice, type ServedBy } from "./base";
import { cloudwatch } from "./cloudwatch";
import { MetricStore } from "./core/metric-store";
import { codebuild } from "./codebuild";
import { codedeploy } from "./codedeploy";
import { codepipeline } from "./codepipeline";
import { SourceHost } from "./codepipeline/sources";
import { chooseRuntime, type RuntimeName } from "./containers/choose";
import { openDocker, type DockerDaemon } from "./containers/docker";
import { startRuntime } from "./containers/start";
import { unlessAborted } from "./core/abort";
import type { Acting } from "./core/acting";
import { Aws } from "./core/aws";
import { Clock } from "./core/clock";
import type { Faults } from "./core/faults";
import { Gateway, PortTakenError } from "./core/gateway";
import type { Versions } from "./core/versions";
import { ec2 } from "./ec2";
import { ecr } from "./ecr";
import { ecs } from "./ecs";
import { eventBridge } from "./eventbridge";
import { claim, clearLeftovers } from "./leftovers";
import { inOwnProcess, loadBalancing, type LoadBalancing } from "./load-balancing";
import { scheduler } from "./scheduler";

export interface LocalAwsOptions {
  /** How many times as fast as on AWS its waits are. */
  speed: number;
  /** The gateway's port on 127.0.0.1; 0 takes a free one. @default 4566, or a free one when that is taken */
  port?: number;
  /** What is behind the gateway. @default MiniStack */
  base?: BaseChoice;
  /** LocalStack's token. */
  token?: string;
  /** The virtual environment that has MiniStack and the AWS command line, or why there is none. */
  venv: string | { missing: string };
  /** What runs images. @default Docker where its daemon answers and has, or can pull, `images` */
  containers?: RuntimeName;
  /** Whether builds and tasks have walls, where this machine can give them. @default true */
  rooms?: boolean;
  /** What builds will run in and build on; with Docker they are there from the start. */
  images?: readonly string[];
  /** What is kept from run to run goes here: caches of builds, and the bases' logs. */
  keepFolder: string;
  /** Gives up on bases that start, and leaves nothing. */
  signal?: AbortSignal;
  /** Where a problem goes that no API caller gets to see. */
  warn: (message: string) => void;
  /** What takes a while. */
  say?: (message: string) => void;
}

/** The AWS on this machine: one endpoint on loopback, the acting services, and the base behind them. */
export interface LocalAws {
  aws: Aws;
  /** The git host behind every connection: a push to it starts the pipelines that it triggers. */
  sources: SourceHost;
  loadBalancing: LoadBalancing;
  /** Faults of any service's versions: `faults.inject({ imageDigest, account }, parseFault("5xx 5%"))` returns its undo. */
  faults: Faults;
  /** How versions are called that do not name themselves: `versions.name({ imageDigest, account }, "abc123")`. */
  versionNames: Versions;
  /** What runs images, and why that. */
  containers: { runtime: RuntimeName; because: string };
  /** Who serves what. */
  servedBy: ServedBy[];
  /** Of the bases, by their names. */
  versions: Record<string, string>;
  /** What the bases and the container runtime cannot prove, of what ran so far, each in a sentence. */
  readonly limits: string[];
  /** Rejects when a base, Docker or the traffic process ends before the local AWS is closed. */
  failed: Promise<never>;
  /** Resolves when the events of all that happened so far have been delivered. */
  settled(): Promise<void>;
  /** Leaves no process, port or folder behind. */
  close(): Promise<void>;
}

export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { warn } = options;
  // In reverse order of starting; every one is closed, whatever becomes of the others.
  const closers: (() => unknown)[] = [];
  const closeAll = async () => {
    for (const one of closers.splice(0).reverse()) {
      try {
        await one();
      } catch (error) {
        warn(`while closing the local AWS: ${String(error)}`);
      }
    }
  };
  // Whoever closes it a second time waits for the first.
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= closeAll());
  try {
    for (const left of await clearLeftovers()) options.say?.(left);
    const folder = await mkdtemp(path.join(os.tmpdir(), "greenroom-"));
    await claim(folder);
    closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const opened: DockerDaemon[] = [];
    closers.push(() => Promise.all(opened.map((daemon) => daemon.close())));
    const gateway = new Gateway(warn);
    const endpoint = await listen(gateway, options.port);
    closers.push(() => gateway.close());
    const docker = once(async () => {
      const id = randomBytes(4).toString("hex");
      const { signal, say } = options;
      const gatewayPort = Number(new URL(endpoint).port);
      const daemon = await openDocker({ id, gatewayPort, warn, say, signal });
      opened.push(daemon);
      return daemon;
    });
    const { docker: chosen, because } = await chooseRuntime({
      asked: options.containers,
      images: options.images ?? [],
      openDocker: docker,
      signal: options.signal,
    });
    const clock = new Clock(options.speed);
    const aws = new Aws(endpoint, clock, warn);
    closers.push(() => aws.close());
    const { base: choice = { kind: "ministack" }, venv, token, keepFolder } = options;
    const starting = startBases({ choice, venv, token, folder, keepFolder, endpoint, docker, warn });
    const bases = await unlessAborted(starting, options.signal).catch(async (error: unknown) => {
      // Without its container, a base does not go on starting; only a pull does.
      await Promise.all(opened.map((daemon) => daemon.close()));
      const gone = starting.then((late) => late.close()).catch(() => undefined);
      await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, giveUpMs))]);
      throw error;
    });
    closers.push(() => bases.close());
    gateway.useBases(bases.routes);

    const { rooms = true, images = [], say } = options;
    const venvBin = awsCommandFolder(venv);
    const runtime = await startRuntime(chosen, {
      folder,
      keepFolder,
      aws,
      gateway,
      venvBin,
      rooms,
      images,
      say,
    });
    closers.push(() => runtime.close());
    const { containers } = runtime;
    const sources = new SourceHost(() => clock.now());
    const metrics = new MetricStore();
    const balancing = loadBalancing(aws, metrics, inOwnProcess(runtime.network));
    const bus = eventBridge(aws);
    const services: Acting[] = [
      ec2(),
      ecr(aws, chosen?.pulledPrefix),
      balancing,
      cloudwatch(aws, metrics),
      ecs(aws, containers),
      codedeploy(aws),
      codebuild(aws, containers),
      codepipeline(aws, sources),
      bus,
      scheduler(aws),
    ];
    for (const acting of services) {
      gateway.use(acting);
      closers.push(() => acting.close?.());
    }
    aws.events.emitted = services.flatMap(({ emits = [] }) => emits);
    // Beside the base, it is the base that serves.
    const acted = services.filter(({ beside }) => !beside).map(({ signingName }) => signingName);
    const servedBy = [{ by: "Greenroom", services: acted.sort() }, ...bases.routes.table()];
    const ofBases = limitsOf(bases.routes);
    const versions = bases.routes.versions();
    const others = [runtime.network, ...opened].flatMap((one) => (one ? [one.failed] : []));
    const failed = Promise.race([bases.failed, balancing.failed, ...others]);
    failed.catch(() => undefined);
    return {
      aws,
      sources,
      loadBalancing: balancing,
      faults: aws.faults,
      versionNames: aws.versions,
      containers: { runtime: containers.name, because: [because, runtime.walls].filter(Boolean).join("; ") },
      servedBy,
      versions,
      get limits() {
        return [...ofBases, ...containers.limits()];
      },
      failed,
      settled: () => bus.settled(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where AWS clients look for an emulator by default. */
const usualPort = 4566;

async function listen(gateway: Gateway, port: number | undefined): Promise<string> {
  if (port !== undefined) return gateway.listen(port);
  try {
    return await gateway.listen(usualPort);
  } catch (error) {
    if (error instanceof PortTakenError) return gateway.listen(0);
    throw error;
  }
}

/** Wall time for bases that are given up to end. */
const giveUpMs = 5000;

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}
