import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type Dockerode from "dockerode";
import {
  isAbandoned,
  ownerLabel,
  parseOwner,
  rehearsalLabel,
  startOf,
  type Labels,
} from "../../local-aws/containers/docker/labels";
import type { RehearsalResult } from "../../rehearsal/model";
import { descendants, left, mainFile, start, type Ended } from "../command";

type Family = { pid: number; command: string }[];

/** What rehearsals have in Docker now. */
async function madeByAll(docker: Dockerode) {
  const filters = { label: [rehearsalLabel] };
  return {
    containers: await docker.listContainers({ all: true, filters }),
    networks: await docker.listNetworks({ filters }),
    volumes: (await docker.listVolumes({ filters })).Volumes,
  };
}

/** What the process `pid` has in Docker. */
export async function madeBy(docker: Dockerode, pid: number) {
  const { containers, networks, volumes } = await madeByAll(docker);
  const mine = ({ Labels }: { Labels?: Record<string, string> }) =>
    parseOwner(Labels?.[ownerLabel])?.pid === pid;
  return {
    containers: containers.filter(mine),
    networks: networks.filter(mine),
    volumes: volumes.filter(mine),
  };
}

/** Nothing in Docker is of a rehearsal whose process is gone. */
export async function assertNothingAbandoned(docker: Dockerode): Promise<void> {
  for (const things of Object.values(await madeByAll(docker)) as { Labels?: Labels }[][])
    for (const { Labels = {} } of things)
      assert.equal(await isAbandoned(Labels, os.hostname(), startOf), false, JSON.stringify(Labels));
}

/** Nothing is left of a rehearsal: no process, no folder, and nothing in Docker. */
export async function assertNothingLeft(
  docker: Dockerode,
  { pid, family, temporary }: Pick<Rehearsed, "pid" | "family" | "temporary">,
): Promise<void> {
  assert.deepEqual(await left(family), []);
  assert.deepEqual(await madeBy(docker, pid), { containers: [], networks: [], volumes: [] });
  assert.deepEqual(foldersIn(temporary), []);
}

export const foldersIn = (temporary: string): string[] =>
  readdirSync(temporary).filter((name) => name.startsWith("greenroom-"));

export interface Rehearsed extends Ended {
  /** Of the rehearsal's own process: everything that it makes in Docker names it. */
  pid: number;
  family: Family;
  /** Where it had its folders. */
  temporary: string;
  /** The report's folder. */
  report: string;
  result(): RehearsalResult;
}

/** A rehearsal by the command line; `inTheMiddle` is called once, while staging builds. */
export async function rehearse(
  folder: string,
  args: string[],
  environment: Record<string, string>,
  inTheMiddle: (pid: number, family: Family) => Promise<void>,
): Promise<Rehearsed> {
  const temporary = mkdtempSync(path.join(folder, "tmp-"));
  const report = path.join(temporary, "report");
  let family: Family = [];
  let pid = 0;
  let middle: Promise<void> | undefined;
  const ended = await start(["--port", "0", "--report", report, ...args], {
    environment: { TMPDIR: temporary, ...environment },
    onText: (text, { pid: parent = 0 }) => {
      if (middle || !text.includes("staging Build …")) return;
      family = descendants(parent);
      pid = family.find(({ command }) => command.includes(mainFile))?.pid ?? 0;
      middle = inTheMiddle(pid, family);
      middle.catch(() => undefined);
    },
  });
  assert.ok(middle, `it did not get that far:\n${ended.stderr}`);
  await middle;
  const result = () => JSON.parse(readFileSync(path.join(report, "report.json"), "utf8")) as RehearsalResult;
  return { ...ended, pid, family, temporary, report, result };
}
