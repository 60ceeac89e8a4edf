import {
  steadyClock,
  type ActionRun,
  type EventRun,
  type RehearsalResult,
  type ReleaseTimeline,
  type ScenarioResult,
} from "../model";
import { beginOf } from "../periods";
import { recordingOf } from "../traffic/testing";
import { expecting, judge, judgeScenario, type ReleaseFacts } from "../verdict";
import { standings } from "../standings";
import { trafficSeries } from "./series";

/** A made-up rehearsal of a good and a bad release at 100 times the speed. For tests and for a look at the report. */

const speed = 100;
const begun = 1_750_000_000_000;
const clock = steadyClock(speed, begun, begun);
const second = 1000;
const canaryShare = 0.1;
const bound = { share: canaryShare, lastsMs: 240 * second };
const names = { first: "bootstrap", good: "3f9c21ab77d0", bad: "b41e0c5f9a12", next: "77aa0d34c1ef" };

// Figures that vary, the same in every run.
const noise = (i: number) => {
  let hash = Math.imul(i ^ 0x9e3779b9, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
};

interface Step {
  name: string;
  took: number;
  status?: string;
  message?: string;
}

function deployment(startedAt: number, steps: Step[], rolledBack: boolean, wait: number) {
  const events: EventRun[] = [];
  let at = startedAt;
  for (const { name, took, status = "Succeeded", message } of steps) {
    events.push({ name, status, startedAt: at, endedAt: at + took, message });
    at += took;
  }
  return {
    deploymentId: `d-${startedAt % 1_000_000}`,
    status: rolledBack ? "Stopped" : "Succeeded",
    error: rolledBack ? "One or more alarms have been activated: trivia-api-green-5xx" : undefined,
    rollbackDeploymentId: rolledBack ? `d-${(startedAt % 1_000_000) + 1}` : undefined,
    startedAt,
    endedAt: at + wait,
    predictedAwsMs: at + wait - startedAt,
    wallMs: (at + wait - startedAt) / speed,
    events,
  };
}

const action = (
  stage: string,
  name: string,
  provider: string,
  startedAt: number,
  took: number,
): ActionRun => ({
  stage,
  action: name,
  provider,
  status: "Succeeded",
  startedAt,
  endedAt: startedAt + took,
});

function release(environment: string, executionId: string, actions: ActionRun[]): ReleaseTimeline {
  const startedAt = Math.min(...actions.map((one) => one.startedAt));
  const endedAt = Math.max(...actions.map((one) => one.endedAt ?? 0));
  const status = actions.some((one) => one.status === "Failed") ? "Failed" : "Succeeded";
  const pipelineName = `trivia-api-${environment}`;
  const wallMs = (endedAt - startedAt) / speed;
  return {
    environment,
    pipelineName,
    executionId,
    status,
    startedAt,
    endedAt,
    wallMs,
    predictedAwsMs: (endedAt - startedAt) * 0.6,
    actions,
  };
}

const steps = (install: number, canary: number, stopped = false): Step[] => [
  { name: "BeforeInstall", took: 0 },
  { name: "Install", took: install },
  { name: "AllowTestTraffic", took: second },
  { name: "AfterAllowTestTraffic", took: 30 * second },
  stopped
    ? { name: "AllowTraffic", took: canary, status: "Failed", message: "stopped: an alarm was activated" }
    : { name: "AllowTraffic", took: canary },
];

function inStaging(at: number, id: string): ReleaseTimeline {
  const run = deployment(at + 420 * second, steps(50 * second, 0), false, 60 * second);
  const deployed = run.endedAt;
  return release("staging", id, [
    action("Source", "Source", "CodeStarSourceConnection", at, 12 * second),
    action("Source", "Templates", "S3", at, 8 * second),
    action("Build", "Build", "CodeBuild", at + 15 * second, 400 * second),
    {
      ...action("Deploy", "Deploy", "CodeDeployToECS", run.startedAt, deployed - run.startedAt),
      deployment: run,
    },
    action("IntegrationTests", "IntegrationTests", "CodeBuild", deployed + 2 * second, 90 * second),
    action("Promote", "Promote", "Lambda", deployed + 95 * second, 25 * second),
  ]);
}

function inProd(at: number, id: string, bad: boolean): ReleaseTimeline {
  const run = deployment(
    at + 60 * second,
    steps(55 * second, (bad ? 140 : 300) * second, bad),
    bad,
    bad ? 20 * second : 300 * second,
  );
  const took = run.endedAt - run.startedAt;
  const deploy = action("Deploy", "Deploy", "CodeDeployToECS", run.startedAt, took);
  const actions = [
    action("Source", "Release", "S3", at, 8 * second),
    action("Source", "Templates", "S3", at, 8 * second),
    {
      ...action("Approve", "Approve", "Manual", at + 10 * second, 45 * second),
      summary: "Approved by the rehearsal",
    },
    { ...deploy, deployment: run, status: bad ? "Failed" : "Succeeded", error: run.error },
  ];
  if (!bad) actions.push(action("Verify", "Verify", "CodeBuild", run.endedAt + 2 * second, 60 * second));
  return release("prod", id, actions);
}

/** What clients met: the old version, the canary in its share, then the new one; or the old one again. */
function recorded(
  environment: string,
  from: number,
  to: number,
  releases: [ReleaseTimeline, string][],
  first: string,
) {
  const wallFrom = begun + (from - begun) / speed;
  return recordingOf(
    Math.floor((((to - from) / speed) * 200) / 1000),
    (i, scheduledAt) => {
      const at = begun + (scheduledAt - begun) * speed;
      const latencyMs = 1.2 + noise(i) * 2.5 + (noise(i + 1e6) > 0.985 ? 14 : 0);
      let version = first;
      for (const [{ actions, status }, intended] of releases) {
        const shift = actions
          .map(({ deployment: run }) => run?.events.at(-1))
          .find((event) => event !== undefined);
        if (shift?.startedAt === undefined || shift.endedAt === undefined || at < shift.startedAt) continue;
        if (at < shift.endedAt && shift.endedAt > shift.startedAt) {
          if (noise(i + 2e6) >= canaryShare) continue;
          const fails = status === "Failed" && noise(i + 3e6) < 0.6;
          if (fails) return { version: intended, status: 500, outcome: "error", latencyMs };
          version = intended;
        } else if (status !== "Failed") version = intended;
      }
      return { version, latencyMs };
    },
    { name: environment, startedAt: wallFrom, ratePerSecond: 200 },
  );
}

export function sampleResult(): RehearsalResult {
  const t0 = begun + 60 * second;
  const staged = inStaging(t0 + 20 * second, "exec-1");
  const released = inProd(staged.endedAt + 5 * second, "exec-2", false);
  const t1 = released.endedAt + 100 * second;
  const bad = inProd(t1 + 20 * second, "exec-3", true);
  const next = inProd(bad.endedAt + 120 * second, "exec-4", false);
  const t2 = next.endedAt + 100 * second;

  const staging = recorded("staging", t0, t1, [[staged, names.good]], names.first);
  const prod = recorded("prod", t0, t1, [[released, names.good]], names.first);
  prod.marks.push({
    label: "approved",
    at: begun + (released.startedAt + 55 * second - begun) / speed,
  });
  const later = recorded(
    "prod",
    t1,
    t2,
    [
      [bad, names.bad],
      [next, names.next],
    ],
    names.good,
  );
  later.problems["GET /api/trivia/question/1: status 500"] = 34;

  const facts = (
    of: ReleaseTimeline,
    intended: string,
    previous: string,
    more: Pick<ReleaseFacts, "recording" | "until" | "next">,
  ): ReleaseFacts => ({
    service: "trivia-api",
    availabilityPercent: 99.9,
    bound,
    release: of,
    intended,
    previous,
    clock,
    from: beginOf(of),
    ...more,
  });
  const good = judgeScenario([
    expecting(judge(facts(staged, names.good, names.first, { recording: staging, until: t1 })), ["safe"]),
    expecting(judge(facts(released, names.good, names.first, { recording: prod, until: t1 })), ["safe"]),
  ]);
  const after = judge(facts(next, names.next, names.good, { recording: later, until: t2 }));
  const contained = judgeScenario([
    expecting(
      judge(facts(bad, names.bad, names.good, { recording: later, until: beginOf(next), next: after })),
      ["contained"],
    ),
    expecting(after, ["safe"]),
  ]);
  const scenario = (id: string, title: string, description: string, from: number, to: number) => ({
    service: "trivia-api",
    id,
    title,
    description,
    startedAt: from,
    endedAt: to,
    wallMs: (to - from) / speed,
  });
  const scenarios: ScenarioResult[] = [
    {
      ...scenario(
        "good-release",
        "A good release",
        "A commit goes to production. No client may notice anything but the new version.",
        t0,
        t1,
      ),
      verdict: good,
      releases: [staged, released],
      traffic: [
        trafficSeries("trivia-api", staging, clock, { from: t0, to: t1 }),
        trafficSeries("trivia-api", prod, clock, { from: t0, to: t1 }),
      ],
    },
    {
      ...scenario(
        "bad-release",
        "A bad release, and the next good one",
        "A version that passes its tests, but fails for returning players in production. The canary has to catch it.",
        t1,
        t2,
      ),
      verdict: contained,
      releases: [bad, next],
      traffic: [trafficSeries("trivia-api", later, clock, { from: t1, to: t2 })],
    },
  ];
  const promised = { objectives: { availabilityPercent: 99.9, latencyP99Ms: 500 }, expectedRate: 10 };
  const notRehearsed = [
    { service: "leaderboard", reason: "the first service of each kind is rehearsed", asked: false },
  ];
  return {
    schema: "greenroom.rehearsal/2",
    startedAt: new Date(begun).toISOString(),
    wallMs: (t2 - begun) / speed,
    clock,
    scenarios,
    pipelines: standings(
      [
        { service: "trivia-api", environment: "staging", ...promised, recording: staging },
        { service: "trivia-api", environment: "prod", ...promised, recording: prod },
        { service: "leaderboard", environment: "staging", ...promised },
        { service: "leaderboard", environment: "prod", ...promised },
      ],
      scenarios,
      notRehearsed,
    ),
    notRehearsed,
    notPlayed: [{ service: "leaderboard", scenarios: ["bad-release"], reason: "it has no such scenario" }],
    versions: { greenroom: "0.1.0", node: "v20.20.2", MiniStack: "1.5.33" },
    base: "MiniStack 1.5.33",
    servedBy: [
      { by: "Greenroom", services: ["codebuild", "codedeploy", "codepipeline", "ecs"] },
      { by: "MiniStack 1.5.33", services: ["ec2", "s3"] },
    ],
    containerRuntime: "process",
    notProven: [
      "Whether IAM policies allow what the pipelines do: the base grants every call.",
      "How long AWS takes to start a task or a build: predicted durations count the time it took here.",
    ],
  };
}
