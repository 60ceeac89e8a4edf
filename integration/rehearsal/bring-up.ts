import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { startLocalAws, type LocalAws } from "../local-aws/local-aws";
import { readStackConfig } from "../provision/config";
import { provisionDirect } from "../provision/direct";
import { EngineStack } from "../provision/engine";
import { existingNetwork } from "../provision/existing-network";
import type { Repository } from "./commits";
import type { Environment, EnvironmentName } from "./environments";
import type { Progress } from "./progress";

export const root = path.resolve(__dirname, "../..");

export interface BringUpOptions {
  speed: number;
  /** Brings the stacks up with the real Pulumi engine. @default false: directly */
  engine?: boolean;
  /** @default 4566, or a free one when that is taken */
  port?: number;
  progress: Progress;
  /** Gives up, and leaves nothing. */
  signal?: AbortSignal;
}

/** The local AWS with both stacks on it. */
export interface BroughtUp {
  local: LocalAws;
  environments: Record<EnvironmentName, Environment>;
  repository: Repository;
  /** The stacks, if they are the engine's. */
  stacks?: Record<EnvironmentName, EngineStack>;
  /** Leaves no process, port or folder behind. */
  close(): Promise<void>;
}

/** What the two stack files say that a rehearsal has to know. */
function settings() {
  const staging = readStackConfig(root, "staging").values;
  const prod = readStackConfig(root, "prod").values;
  const source = JSON.parse(staging["greenroom:source"] ?? "{}") as Partial<Repository>;
  if (!source.repository || !source.branch)
    throw new Error("Pulumi.staging.yaml: greenroom:source names no repository and branch");
  // Each stack names the other's account, or is in the same one.
  const own = "000000000000";
  return {
    repository: { repository: source.repository, branch: source.branch },
    accounts: {
      staging: prod["greenroom:promotedFromAccount"] || own,
      prod: staging["greenroom:promoteToAccount"] || own,
    },
    regions: { staging: staging["aws:region"] ?? "us-east-1", prod: prod["aws:region"] ?? "us-east-1" },
  };
}

/** Starts the local AWS and brings both stacks up on it, side by side. On failure, nothing is left. */
export async function bringUp(options: BringUpOptions): Promise<BroughtUp> {
  const { speed, port, progress } = options;
  const { repository, accounts, regions } = settings();
  const local = await startLocalAws({
    speed,
    port,
    venv: process.env.GREENROOM_VENV ?? path.join(root, ".greenroom", "base"),
    keepFolder: path.join(root, ".greenroom"),
    warn: (message) => progress.fail(message),
  });
  const stateFolder = options.engine ? await mkdtemp(path.join(os.tmpdir(), "greenroom-engine-")) : undefined;
  const failing = new AbortController();
  const signal = AbortSignal.any([failing.signal, ...(options.signal ? [options.signal] : [])]);
  let coming: Promise<unknown> = Promise.resolve();
  const close = async () => {
    failing.abort();
    await coming.catch(() => undefined);
    await local.close();
    if (stateFolder) await rm(stateFolder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    signal.throwIfAborted();
    progress.done(`the local AWS is up at ${local.aws.endpoint}, ${speed}× as fast as AWS`);
    const identities = {
      staging: local.aws.root(accounts.staging, regions.staging),
      prod: local.aws.root(accounts.prod, regions.prod),
    };
    const common = (name: EnvironmentName) => ({
      stack: name,
      programFolder: root,
      endpoint: local.aws.endpoint,
      account: accounts[name],
      signal,
      log: (line: string) => progress.step(`${name.padEnd(7)} ${line}`),
    });
    const isUp = (name: EnvironmentName, resources: number, ms: number) =>
      progress.done(`${name.padEnd(7)} stack is up: ${resources} resources in ${(ms / 1000).toFixed(1)} s`);

    const direct = (name: EnvironmentName) =>
      provisionDirect({
        ...common(name),
        timed: ({ createMs, resources }) => isUp(name, resources, createMs),
      });
    const stackOf = async (name: EnvironmentName, folder: string) =>
      new EngineStack({
        ...common(name),
        // The engine's own lines are many; the resources say as much.
        log: () => undefined,
        stateFolder: folder,
        config: { "greenroom:network": await existingNetwork(local.aws, identities[name]) },
        progress: ({ op, type, name: resource, count }) =>
          progress.step(`${name.padEnd(7)} ${op} ${type} ${resource} (${count})`),
      });
    const stacks =
      stateFolder === undefined
        ? undefined
        : { staging: await stackOf("staging", stateFolder), prod: await stackOf("prod", stateFolder) };
    const up = async (name: EnvironmentName): Promise<Environment> => {
      const begun = Date.now();
      const made = await stacks?.[name].up();
      if (made) isUp(name, made.resources, Date.now() - begun);
      const outputs = made?.outputs ?? (await direct(name));
      return { name, identity: identities[name], services: outputs.services as Environment["services"] };
    };
    const both = Promise.allSettled([up("staging"), up("prod")]).then(bothOf);
    coming = both;
    const [staging, prod] = await Promise.race([both, local.failed]);
    return { local, environments: { staging, prod }, repository, stacks, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Both, or what the first of them failed with, once neither goes on. */
function bothOf<T>([first, second]: [PromiseSettledResult<T>, PromiseSettledResult<T>]): [T, T] {
  for (const one of [first, second]) if (one.status === "rejected") throw one.reason;
  return [first, second].map((one) => (one as PromiseFulfilledResult<T>).value) as [T, T];
}
