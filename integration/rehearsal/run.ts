import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../checkout";
import { SourceHost } from "../local-aws/codepipeline/sources";
import type { BroughtUp } from "./bring-up";
import type { EnvironmentName } from "./environments";
import { wallBetween, type RehearsalResult, type ScenarioResult } from "./model";
import type { Progress } from "./progress";
import { Rehearsal } from "./rehearsal";
import { trafficSeries } from "./report";
import type { Played, Scenario } from "./scenarios/scenario";
import { standings } from "./standings";
import { judgeScenario } from "./verdict";

export interface RunOptions {
  broughtUp: BroughtUp;
  scenarios: readonly Scenario[];
  ratePerSecond: number;
  progress: Progress;
}

/** What a rehearsal here cannot show, whatever its verdict, its bases and its container runtime. */
const notProven = ["TLS, DNS and security groups: listeners are plain HTTP on loopback."];

/** Rehearses scenarios one after the other under clients that never stop, then judges them. */
export async function runScenarios(options: RunOptions): Promise<RehearsalResult> {
  const { broughtUp, progress, ratePerSecond } = options;
  const { local, environments, repository } = broughtUp;
  const startedAt = new Date();
  const rehearsal = await Rehearsal.start({
    local,
    environments,
    service: "trivia-api",
    repository,
    tree: await workingTree(),
    ratePerSecond,
    progress,
  });
  const runs: { scenario: Scenario; from: number; to: number; played?: Played; couldNotRun?: string }[] = [];
  for (const scenario of options.scenarios) {
    progress.step(`${scenario.title}: ${scenario.description}`);
    const from = rehearsal.now();
    try {
      const played = await Promise.race([scenario.run(rehearsal), local.failed]);
      runs.push({ scenario, from, to: rehearsal.now(), played });
    } catch (error) {
      const couldNotRun = error instanceof Error ? error.message : String(error);
      runs.push({ scenario, from, to: rehearsal.now(), couldNotRun });
      progress.fail(`${scenario.title}: could not run: ${couldNotRun}`);
      break;
    }
  }
  const recordings = await rehearsal.stop();
  const end = rehearsal.now();
  const results = runs.map(
    async ({ scenario, from, to, played, couldNotRun }, i): Promise<ScenarioResult> => {
      const period = { from, to: runs[i + 1] ? to : end };
      const series = (name: EnvironmentName) =>
        trafficSeries("trivia-api", recordings[name], rehearsal.clock, period);
      return {
        service: "trivia-api",
        id: scenario.id,
        title: scenario.title,
        description: scenario.description,
        startedAt: from,
        endedAt: to,
        wallMs: wallBetween(rehearsal.clock, from, to),
        couldNotRun,
        verdict: played ? judgeScenario(await played.judge()) : undefined,
        releases: (played?.releases ?? []).map(({ timeline }) => timeline),
        traffic: [series("staging"), series("prod")],
      };
    },
  );
  const played = await Promise.all(results);
  const names = ["staging", "prod"] as const;
  const pipelines = names.flatMap((environment) =>
    Object.entries(environments[environment].services).map(([service, { objectives, expectedRate }]) => ({
      service,
      environment,
      objectives,
      expectedRate,
      recording: service === "trivia-api" ? recordings[environment] : undefined,
    })),
  );
  return {
    schema: "greenroom.rehearsal/2",
    startedAt: startedAt.toISOString(),
    wallMs: Date.now() - startedAt.getTime(),
    clock: rehearsal.clock,
    scenarios: played,
    pipelines: standings(pipelines, played, []),
    notRehearsed: [],
    versions: { ...versions(), ...local.versions },
    base: local.servedBy
      .slice(1)
      .map(({ by }) => by)
      .join(", "),
    servedBy: local.servedBy,
    containerRuntime: local.containers.runtime,
    notProven: [...local.limits, ...notProven],
  };
}

/** The working tree as a commit would have it. @param directory this checkout, or a copy of it */
export async function workingTree(directory = root): Promise<Uint8Array> {
  const host = new SourceHost();
  const commitId = "0".repeat(40);
  const commit = await host.push({
    repository: "working/tree",
    branch: "-",
    commitId,
    message: "-",
    tree: { directory },
  });
  return commit.zip;
}

function versions(): Record<string, string> {
  const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    version: string;
  };
  return { greenroom: version, node: process.version };
}
