import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { buildImage } from "../../infra/lib/build-image";
import { allOf, root, stackSettings, venv } from "../checkout";
import type { BaseChoice } from "../local-aws/base";
import type { RuntimeName } from "../local-aws/containers/choose";
import { baseImages } from "../local-aws/containers/docker/build-bases";
import { pullableName } from "../local-aws/containers/docker/build-image";
import { directoryOf } from "../../infra/definitions";
import { services } from "../../infra/services";
import { claim } from "../local-aws/leftovers";
import { startLocalAws, type LocalAws } from "../local-aws/local-aws";
import type { Identity } from "../local-aws/core/aws";
import { provisionDirect } from "../provision/direct";
import { EngineStack } from "../provision/engine";
import { existingNetwork } from "../provision/existing-network";
import type { Repository } from "./commits";
import type { Environment, EnvironmentName } from "./environments";
import { usualSpeed } from "./pace";
import type { Progress } from "./progress";
import { placeStandIns, readStandIns } from "./secrets";
import { settle } from "./settle";

export interface BringUpOptions {
  /** How many times as fast as on AWS its waits are. @default usual */
  speed?: number;
  /** Brings the stacks up with the real Pulumi engine. @default false: directly */
  engine?: boolean;
  /** @default 4566, or a free one when that is taken */
  port?: number;
  /** What is behind the gateway. @default MiniStack */
  base?: BaseChoice;
  /** LocalStack's token. */
  token?: string;
  /** What runs images. @default Docker where its daemon answers and has, or can pull, what the services need */
  containers?: RuntimeName;
  /** Whether builds and tasks have walls, where this machine can give them and Docker does not. @default true */
  rooms?: boolean;
  /** Looks at the local AWS before stacks are brought up on it; what it throws ends that. */
  check?: (local: LocalAws) => void;
  /** Which services' base images builds need. @default those of all */
  services?: readonly string[];
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

/** What the pipelines of this checkout's staging stack build from. */
function repositoryOf(source: string): Repository {
  const { repository, branch } = JSON.parse(source) as Partial<Repository>;
  if (!repository || !branch)
    throw new Error("Pulumi.staging.yaml: greenroom:source names no repository and branch");
  return { repository, branch };
}

/** Both environments may be in one account. */
const uniqueAccounts = (identities: Identity[]) =>
  identities.filter(
    ({ account, region }, i) =>
      identities.findIndex((one) => one.account === account && one.region === region) === i,
  );

/** Who serves what, a line for each. */
function servedTable(servedBy: LocalAws["servedBy"]): string {
  const width = Math.max(...servedBy.map(({ by }) => by.length));
  return servedBy.map(({ by, services }) => `${by.padEnd(width)}  ${services.join(" ")}`).join("\n");
}

async function basesOf(names: readonly string[] = services.map(({ name }) => name)): Promise<string[]> {
  const found = await Promise.all(names.map((name) => baseImages(path.join(root, directoryOf({ name })))));
  return [...new Set(found.flat())];
}

/** Starts the local AWS and brings both stacks up on it, side by side. On failure, nothing is left. */
export async function bringUp(options: BringUpOptions): Promise<BroughtUp> {
  const { speed = usualSpeed, port, base, token, containers, progress } = options;
  const { source, accounts, regions } = stackSettings();
  const repository = repositoryOf(source);
  const standIns = readStandIns(root, services);
  const local = await startLocalAws({
    speed,
    port,
    base,
    token,
    venv,
    containers,
    rooms: options.rooms,
    images: [pullableName(buildImage), ...(await basesOf(options.services))],
    keepFolder: path.join(root, ".greenroom"),
    signal: options.signal,
    warn: (message) => progress.fail(message),
    say: (message) => progress.step(message),
  });
  const stateFolder = options.engine ? await mkdtemp(path.join(os.tmpdir(), "greenroom-engine-")) : undefined;
  if (stateFolder !== undefined) await claim(stateFolder);
  const failing = new AbortController();
  const signal = AbortSignal.any([failing.signal, ...(options.signal ? [options.signal] : [])]);
  let coming: Promise<unknown> = Promise.resolve();
  let stacks: Record<EnvironmentName, EngineStack> | undefined;
  const close = async () => {
    failing.abort();
    await coming.catch(() => undefined);
    for (const stack of Object.values(stacks ?? {})) await stack.idle();
    await local.close();
    if (stateFolder) await rm(stateFolder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    signal.throwIfAborted();
    progress.done(`the local AWS is up at ${local.aws.endpoint}, ${local.aws.clock.speed}× as fast as AWS`);
    progress.done(local.containers.because);
    options.check?.(local);
    progress.step(`served by\n${servedTable(local.servedBy)}`);
    const identities = {
      staging: local.aws.root(accounts.staging, regions.staging),
      prod: local.aws.root(accounts.prod, regions.prod),
    };
    for (const identity of uniqueAccounts(Object.values(identities)))
      await placeStandIns(local.aws, identity, standIns);
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
        inBackground: true,
        config: { "greenroom:network": await existingNetwork(local.aws, identities[name]) },
        progress: ({ op, type, name: resource, count }) =>
          progress.step(`${name.padEnd(7)} ${op} ${type} ${resource} (${count})`),
      });
    if (stateFolder !== undefined)
      stacks = { staging: await stackOf("staging", stateFolder), prod: await stackOf("prod", stateFolder) };
    const up = async (name: EnvironmentName): Promise<Environment> => {
      const begun = Date.now();
      const made = await stacks?.[name].up();
      if (made) isUp(name, made.resources, Date.now() - begun);
      const outputs = made?.outputs ?? (await direct(name));
      return { name, identity: identities[name], services: outputs.services as Environment["services"] };
    };
    const both = allOf([up("staging"), up("prod")]);
    coming = both;
    const [staging, prod] = await Promise.race([both, local.failed]);
    await Promise.race([settle(local, [staging, prod]), local.failed]);
    return { local, environments: { staging, prod }, repository, stacks, close };
  } catch (error) {
    await close();
    if (base?.kind === "endpoint" && /already ?exists/i.test(String(error))) {
      const hint = `what an earlier rehearsal has made in the base at ${base.url} is still there: reset that base first`;
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${hint}`, { cause: error });
    }
    throw error;
  }
}
