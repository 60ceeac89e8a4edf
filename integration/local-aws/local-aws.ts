import { mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { startMiniStack, type Base } from "./base";
import { alarms } from "./cloudwatch/alarms";
import { MetricStore } from "./cloudwatch/metric-store";
import { codebuild } from "./codebuild";
import { codedeploy } from "./codedeploy";
import { codepipeline } from "./codepipeline/codepipeline";
import { SourceHost } from "./codepipeline/sources";
import { processEngine } from "./containers/process";
import { Aws } from "./core/aws";
import { Clock } from "./core/clock";
import { Gateway, PortTakenError } from "./core/gateway";
import { besideEc2 } from "./ec2";
import { besideEcr } from "./ecr";
import { ecs } from "./ecs";
import { pipelineTriggers } from "./eventbridge/pipeline-triggers";
import { loadBalancing, type LoadBalancing } from "./load-balancing/load-balancing";

export interface LocalAwsOptions {
  /** How many times as fast as on AWS its waits are. */
  speed: number;
  /** The gateway's port on 127.0.0.1; 0 takes a free one. @default 4566, or a free one when that is taken */
  port?: number;
  /** The virtual environment that has the base and the AWS command line. */
  venv: string;
  /** What is kept from run to run goes here: caches of builds, and the base's log. */
  keepFolder: string;
  /** Where a problem goes that no API caller gets to see. */
  warn: (message: string) => void;
}

/** The AWS on this machine: one endpoint on loopback, the acting services, and the base behind them. */
export interface LocalAws {
  aws: Aws;
  /** The git host behind every connection: a push to it starts the pipelines that it triggers. */
  sources: SourceHost;
  loadBalancing: LoadBalancing;
  /** Rejects when the base ends before the local AWS is closed. */
  failed: Promise<never>;
  /** Leaves no process, port or folder behind. */
  close(): Promise<void>;
}

export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { warn } = options;
  // In reverse order of starting; every one is closed, whatever becomes of the others.
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const one of closers.splice(0).reverse()) {
      try {
        await one();
      } catch (error) {
        warn(`while closing the local AWS: ${String(error)}`);
      }
    }
  };
  try {
    const folder = await mkdtemp(path.join(os.tmpdir(), "greenroom-"));
    closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const clock = new Clock(options.speed);
    const gateway = new Gateway(warn);
    const endpoint = await listen(gateway, options.port);
    closers.push(() => gateway.close());
    const aws = new Aws(endpoint, clock, warn);
    closers.push(() => aws.close());
    const base = await startBase(endpoint, folder, options);
    closers.push(() => base.close());
    gateway.useBase(base.url);

    besideEc2(gateway);
    besideEcr(gateway, endpoint, warn);
    const metrics = new MetricStore();
    const balancing = loadBalancing(aws, gateway, metrics);
    closers.push(() => balancing.close());
    const watch = alarms(aws, gateway, metrics);
    closers.push(() => watch.close());
    const containers = processEngine({
      folder,
      cacheFolder: path.join(options.keepFolder, "cache"),
      aws,
      gateway,
      venvBin: path.join(options.venv, "bin"),
    });
    closers.push(() => containers.close());
    const sources = new SourceHost(() => clock.now());
    for (const acting of [
      ecs(aws, containers),
      codedeploy(aws),
      codebuild(aws, containers),
      codepipeline(aws, sources),
    ]) {
      gateway.serve(acting.service);
      closers.push(() => acting.close());
    }
    const triggers = pipelineTriggers(aws);
    gateway.observe("s3", triggers.onS3Write);
    closers.push(() => triggers.close());
    return { aws, sources, loadBalancing: balancing, failed: base.failed, close };
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

async function startBase(
  endpoint: string,
  folder: string,
  { venv, keepFolder }: LocalAwsOptions,
): Promise<Base> {
  await mkdir(keepFolder, { recursive: true });
  return startMiniStack({
    venv,
    folder,
    logFile: path.join(keepFolder, "base.log"),
    environment: {
      // For the functions that it runs: their calls go to the gateway, and they find load balancers.
      AWS_ENDPOINT_URL: endpoint,
      GREENROOM_GATEWAY: endpoint,
      NODE_OPTIONS: `--require ${JSON.stringify(path.join(__dirname, "network.cjs"))}`,
    },
  });
}
