import { readFileSync } from "node:fs";
import path from "node:path";
import { directoryOf } from "../../infra/definitions/common";
import { root } from "../checkout";
import type { BroughtUp } from "./bring-up";
import { Branch } from "./commits";
import { environmentNames, type EnvironmentName } from "./environments";
import { wallBetween, type NotRehearsed, type RehearsalResult, type ScenarioResult } from "./model";
import { PlanError } from "./plan";
import { playAll, type Run } from "./play";
import type { Prepared } from "./prepare";
import type { Progress } from "./progress";
import { Rates } from "./rates";
import { Rehearsal } from "./rehearsal";
import { trafficSeries } from "./report";
import { judgeAll } from "./scenarios/scenario";
import { standings } from "./standings";
import { judgeScenario } from "./verdict";

export interface RunOptions {
  broughtUp: BroughtUp;
  prepared: Prepared;
  /** To each environment on average, in wall time: all services share it. */
  ratePerSecond: number;
  progress: Progress;
  /** Fixes in which order clients send what. @default 0 */
  seed?: number;
  /** Plays the next scenario where one could not run. @default false */
  goOn?: boolean;
}

/** What a rehearsal here cannot show, whatever its verdict, its bases and its container runtime. */
const notProven = [
  "Latency: it is measured, and no alarm and no verdict holds a release against its objective.",
  "TLS, DNS and security groups: listeners are plain HTTP on loopback.",
];

/** Rehearses services beside each other, each one's scenarios one after the other, under clients that never stop. */
export async function runScenarios(options: RunOptions) {
  const { broughtUp, prepared, ratePerSecond, progress, seed, goOn } = options;
  const { local, environments, repository } = broughtUp;
  const { plan, scenarios, notPlayed, tree } = prepared;
  const startedAt = new Date();
  const branch = new Branch(local.sources, repository, tree);
  const names = [...plan.standing, ...plan.rehearsed];
  const rates = new Rates(ratePerSecond);
  const start = (service: string) =>
    Rehearsal.start({
      local,
      environments,
      service,
      directory: directoryOf({ name: service }),
      branch,
      rates,
      seed,
      stands: plan.standing.includes(service),
      progress: names.length > 1 ? naming(progress, service) : progress,
    });
  const rehearsals = new Map<string, Rehearsal>();
  progress.status(() => [...rehearsals.values()].map((one) => one.statusLine()).join("   "));
  const startAll = async (services: readonly string[]) => {
    for (const name of services) rehearsals.set(name, await start(name));
  };
  const play = (name: string) => {
    const rehearsal = rehearsals.get(name);
    return rehearsal ? playAll(rehearsal, scenarios.get(name) ?? [], local, progress, goOn) : [];
  };
  const runs: Run[] = [];
  // What others use stands before they, and their clients, come.
  await startAll(plan.standing);
  for (const name of plan.standing) runs.push(...(await play(name)));
  await startAll(plan.rehearsed);
  runs.push(...(await Promise.all(plan.rehearsed.map(play))).flat());
  const recordings = new Map(
    await Promise.all([...rehearsals].map(async ([name, one]) => [name, await one.stop()] as const)),
  );
  progress.status(() => "");
  const played = await Promise.all(runs.map((run, i) => resultOf(run, runs[i + 1])));
  const pipelines = environmentNames.flatMap((environment) =>
    Object.entries(environments[environment].services).map(([service, { objectives, expectedRate }]) => ({
      service,
      environment,
      objectives,
      expectedRate,
      recording: recordings.get(service)?.[environment],
    })),
  );
  const clock = [...rehearsals.values()][0]?.clock;
  if (!clock) throw new PlanError("infra/services.ts lists no service");
  const stood = standings(pipelines, played, plan.notRehearsed);
  const neverCame = stood
    .filter(({ service, notRehearsed }) => notRehearsed !== undefined && plan.rehearsed.includes(service))
    .map(({ service, environment, notRehearsed: reason = "" }): NotRehearsed => ({
      service,
      environment,
      reason,
      // Where a release ended against all expectation, that is what there is to say.
      asked: played.every((one) => one.service !== service || one.verdict?.asExpected !== false),
    }));
  const result: RehearsalResult = {
    schema: "greenroom.rehearsal/2",
    startedAt: startedAt.toISOString(),
    wallMs: Date.now() - startedAt.getTime(),
    clock,
    scenarios: played,
    pipelines: stood,
    notRehearsed: [...plan.notRehearsed, ...neverCame],
    notPlayed,
    versions: { ...versions(), ...local.versions },
    base: local.servedBy
      .slice(1)
      .map(({ by }) => by)
      .join(", "),
    servedBy: local.servedBy,
    containerRuntime: local.containers.runtime,
    notProven: [...local.limits, ...notProven],
  };
  return result;
}

async function resultOf(run: Run, after: Run | undefined): Promise<ScenarioResult> {
  const { rehearsal, scenario, from, to, played, couldNotRun } = run;
  const { service, clock } = rehearsal;
  const recordings = await rehearsal.stop();
  const period = { from, to: after?.rehearsal === rehearsal ? to : rehearsal.now() };
  const series = (name: EnvironmentName) => trafficSeries(service, recordings[name], clock, period);
  return {
    service,
    id: scenario.id,
    title: scenario.title,
    description: scenario.description,
    startedAt: from,
    endedAt: to,
    wallMs: wallBetween(clock, from, to),
    couldNotRun,
    verdict: played && judgeScenario(await judgeAll(rehearsal, played)),
    releases: (played ?? []).map(({ release }) => release.timeline),
    traffic: [series("staging"), series("prod")],
  };
}

/** Says whose each line is. */
const naming = (progress: Progress, service: string): Progress => ({
  ...progress,
  step: (text) => progress.step(`${service}: ${text}`),
  done: (text) => progress.done(`${service}: ${text}`),
  fail: (text) => progress.fail(`${service}: ${text}`),
});

function versions(): Record<string, string> {
  const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    version: string;
  };
  return { greenroom: version, node: process.version };
}
