import type { Objectives } from "../../infra/definitions/common";
import type { AwsMs, ClockMapping, WallMs } from "./clock-mapping";
import type { ReleaseOutcome, ScenarioVerdict } from "./outcome";
import type { Outcome, VersionNamer } from "./traffic/recording";

export * from "./clock-mapping";

/** A pipeline execution, as the AWS API tells it. Statuses are CodePipeline's and CodeDeploy's own. */
export interface ReleaseTimeline {
  environment: string;
  pipelineName: string;
  executionId: string;
  status: string;
  startedAt: AwsMs;
  endedAt: AwsMs;
  /** How long it took on this machine. */
  wallMs: WallMs;
  /** How long it would have taken on AWS: waits in AWS time, work as long as here. */
  predictedAwsMs: AwsMs;
  actions: ActionRun[];
}

/** Whether a pipeline execution with this status has not ended. */
export const isUnderWay = (status: string | undefined): boolean =>
  status === "InProgress" || status === "Stopping";

export interface ActionRun {
  stage: string;
  action: string;
  /** E.g. `CodeBuild`, `CodeDeployToECS`, `Manual`. */
  provider: string;
  status: string;
  startedAt: AwsMs;
  /** Absent while it runs. */
  endedAt?: AwsMs;
  summary?: string;
  /** What failed, for people; may have several lines. */
  error?: string;
  deployment?: DeploymentRun;
}

export interface DeploymentRun {
  deploymentId: string;
  status: string;
  error?: string;
  rollbackDeploymentId?: string;
  startedAt?: AwsMs;
  endedAt?: AwsMs;
  predictedAwsMs?: AwsMs;
  wallMs?: WallMs;
  events: EventRun[];
}

export interface EventRun {
  name: string;
  status: string;
  startedAt?: AwsMs;
  endedAt?: AwsMs;
  message?: string;
}

/** What clients of one environment saw over time, in equal windows of AWS time: arrays have one item a window. */
export interface TrafficSeries {
  service: string;
  environment: string;
  from: AwsMs;
  windowMs: AwsMs;
  /** Requests due in each window that were answered, by version; "" are answers that named none. */
  versions: { version: string; answers: number[] }[];
  /** Requests due in each window that did not end well, by outcome; outcomes that never happened are absent. */
  failures: { outcome: Exclude<Outcome, "ok">; requests: number[] }[];
  /** Wall milliseconds from the due time; null where nothing was answered. */
  p50Ms: (number | null)[];
  p95Ms: (number | null)[];
  p99Ms: (number | null)[];
  totals: TrafficTotals;
  /** What was marked. */
  marks: { label: string; at: AwsMs }[];
}

export interface TrafficTotals {
  requests: number;
  failures: number;
  /** As many were to be sent. */
  due: number;
  /** Sent more than 50 ms after they were due: the machine was too busy to keep the rate. */
  lateSends: number;
  maxLateMs: WallMs;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  /** What went wrong, in the client's words, with how often. A bounded sample. */
  problems: Record<string, number>;
}

export interface ScenarioResult {
  /** Whose releases it played. */
  service: string;
  /** For file names and CI, e.g. `bad-release`. */
  id: string;
  title: string;
  /** What the scenario does and what should come of it, in a sentence or two. */
  description: string;
  startedAt: AwsMs;
  endedAt: AwsMs;
  wallMs: WallMs;
  /** Why the scenario could not run to its end; absent when it did. */
  couldNotRun?: string;
  /** Absent when it could not run. */
  verdict?: ScenarioVerdict;
  releases: ReleaseTimeline[];
  traffic: TrafficSeries[];
}

/** A service that was left out, or one of its pipelines. */
export interface NotRehearsed {
  service: string;
  /** Absent for both. */
  environment?: string;
  reason: string;
  /** Somebody asked for it, which is never a success. */
  asked: boolean;
}

/** Scenarios of a service that were not played: nothing is known of them. */
export interface NotPlayed {
  service: string;
  /** By their ids; empty where the service has none. */
  scenarios: string[];
  reason: string;
}

/** A pipeline of the stacks, and what became of what went through it. */
export interface PipelineStanding {
  service: string;
  environment: string;
  /** What the team promises, and how many requests a second it expects of customers. */
  objectives: Objectives;
  expectedRate: number;
  /** In the order of the rehearsal. */
  releases: { scenario: string; version: string; outcome: ReleaseOutcome; asExpected: boolean }[];
  /** Why no release of it was rehearsed; absent when one was. */
  notRehearsed?: string;
  /** Who named the version in the answers; absent where there were no clients. */
  versionNamedBy?: VersionNamer | "both" | "nobody";
}

/** Everything a report is made from. */
export interface RehearsalResult {
  /** Raised when a reader of report.json has to be changed. */
  schema: "greenroom.rehearsal/2";
  /** ISO 8601, wall clock. */
  startedAt: string;
  wallMs: WallMs;
  clock: ClockMapping;
  scenarios: ScenarioResult[];
  /** Every pipeline of the stacks. */
  pipelines: PipelineStanding[];
  /** What the stacks have and this rehearsal left out. */
  notRehearsed: NotRehearsed[];
  notPlayed: NotPlayed[];
  /** E.g. `{ greenroom: "0.1.0", node: "v20.20.2", MiniStack: "1.5.33" }`. */
  versions: Record<string, string>;
  /** The base emulators, e.g. `LocalStack 4.9.2, MiniStack 1.5.33`. */
  base: string;
  /** Who served what, by signing name; Greenroom itself first. */
  servedBy: { by: string; services: string[] }[];
  containerRuntime: string;
  /** What a rehearsal on this machine could not show, each in a sentence. */
  notProven: string[];
}

export const outcomeCodes = { asExpected: 0, notAsExpected: 1, couldNotRun: 2 } as const;

/**
 * 0 when every scenario went as expected, 1 when one did not. 2 when one could not run, there was none, or something that
 * was asked for was not judged or not rehearsed.
 */
export function exitCode({
  scenarios,
  notRehearsed,
}: Pick<RehearsalResult, "scenarios" | "notRehearsed">): 0 | 1 | 2 {
  const ran = scenarios.every(
    ({ verdict, couldNotRun }) =>
      couldNotRun === undefined && verdict?.releases.every(({ outcome }) => outcome !== "not judged"),
  );
  if (!ran || scenarios.length === 0 || notRehearsed.some(({ asked }) => asked))
    return outcomeCodes.couldNotRun;
  const expected = scenarios.every(({ verdict }) => verdict?.asExpected);
  return expected ? outcomeCodes.asExpected : outcomeCodes.notAsExpected;
}
