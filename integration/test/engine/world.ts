import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { bringUp, type BroughtUp } from "../../rehearsal/bring-up";
import type { EnvironmentName } from "../../rehearsal/environments";
import { usualRatePerSecond } from "../../rehearsal/pace";
import { progressOn, type Progress } from "../../rehearsal/progress";
import { Rates } from "../../rehearsal/rates";
import { Rehearsal } from "../../rehearsal/rehearsal";
import { readTree } from "../../local-aws/codepipeline/tree";
import { Branch } from "../../rehearsal/commits";
import { takeInventory, type Inventory } from "../../provision/inventory";
import type { EngineStack } from "../../provision/engine";
import { recordConnections, type Recorded } from "./connections";

/** Half of what is usual: the engine works all along, and clients are to leave it a processor. */
const ratePerSecond = usualRatePerSecond / 2;

export const environmentNames = ["staging", "prod"] as const;

/** Both stacks on one local AWS, brought up by the real engine, and everything that is recorded of it. */
export interface World extends BroughtUp {
  stacks: Record<EnvironmentName, EngineStack>;
  /** Where connections went; undefined where the system does not say. Records no more. */
  connections?: () => Promise<Recorded>;
  /** What the local AWS and the engine complained about. */
  complaints: string[];
  /** A folder for the tests' own files. */
  folder: string;
  /** Puts both environments under clients, for releases of what is in `directory`. */
  startClients(directory: string): Promise<Rehearsal>;
  inventory(name: EnvironmentName): Promise<Inventory>;
}

export async function startWorld(): Promise<World> {
  const complaints: string[] = [];
  const screen = progressOn();
  const progress: Progress = {
    ...screen,
    fail: (text) => {
      complaints.push(text);
      screen.fail(text);
    },
  };
  const connections = existsSync("/proc/net/tcp") ? recordConnections() : undefined;
  const folder = await mkdtemp(path.join(os.tmpdir(), "greenroom-test-"));
  const removeFolder = () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  const broughtUp = await bringUp({
    engine: true,
    containers: "process",
    port: 0,
    progress,
  }).catch(async (error: unknown) => {
    await connections?.();
    await removeFolder();
    throw error;
  });
  const { local, environments, repository, stacks } = broughtUp;
  if (!stacks) throw new Error("the engine's stacks are not there");
  let rehearsal: Promise<Rehearsal> | undefined;
  return {
    ...broughtUp,
    stacks,
    connections,
    complaints,
    folder,
    startClients: (directory) =>
      (rehearsal ??= readTree(directory).then((tree) =>
        Rehearsal.start({
          local,
          environments,
          service: "trivia-api",
          directory: "services/trivia-api",
          branch: new Branch(local.sources, repository, tree),
          rates: new Rates(ratePerSecond),
          progress,
        }),
      )),
    inventory: (name) => takeInventory(local.aws.endpoint, environments[name].identity),
    close: async () => {
      await connections?.().catch(() => undefined);
      await rehearsal?.then((running) => running.stop()).catch(() => undefined);
      await broughtUp.close();
      await removeFolder();
    },
  };
}

/** The same work on both stacks, side by side. */
export async function onBoth<T>(
  work: (name: EnvironmentName) => Promise<T>,
): Promise<Record<EnvironmentName, T>> {
  const [staging, prod] = await Promise.all([work("staging"), work("prod")]);
  return { staging, prod };
}
