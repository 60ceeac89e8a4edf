import type { RehearsalResult, ScenarioResult } from "../../rehearsal/model";
import { releaseOutcomes, type JudgedRelease, type ReleaseOutcome } from "../../rehearsal/outcome";
import { interval } from "./interval";

/** One trial: a release of a kind, with what became of it. */
export interface Trial {
  service: string;
  environment: string;
  /** `good`, or the fault that it had. */
  release: string;
  version: string;
  outcome: ReleaseOutcome;
  asExpected: boolean;
  reason: string;
  /** Of the clients, while it was looked at. */
  requests: number;
  failures: number;
}

/** How often releases of a kind had an outcome. */
export interface Row extends Pick<Trial, "service" | "environment" | "release" | "outcome" | "asExpected"> {
  count: number;
  of: number;
  /** Between which shares the true one lies with 95 % confidence. */
  low: number;
  high: number;
  requests: number;
  failures: number;
}

/**
 * Every release of the trials. Those that a fault's trial makes besides are good ones, of which as many have to be safe: the
 * one before it, its own in staging, and the one that mends it.
 *
 * @param faultOf the fault that a scenario is about; undefined for a good release
 */
export function trialsOf(
  { scenarios }: Pick<RehearsalResult, "scenarios">,
  faultOf: (scenario: ScenarioResult) => string | undefined,
): Trial[] {
  return scenarios.flatMap((scenario) =>
    (scenario.verdict?.releases ?? []).map((release) => {
      const fault = faultOf(scenario);
      const name = fault === undefined ? "good" : isGood(release) ? `good, beside ${fault}` : fault;
      const sum = (count: "requests" | "failures") =>
        release.parts.reduce((all, part) => all + part[count], 0);
      const { service, environment, version, outcome, asExpected, reason } = release;
      const seen = { requests: sum("requests"), failures: sum("failures") };
      return { service, environment, release: name, version, outcome, asExpected, reason, ...seen };
    }),
  );
}

const isGood = ({ expected }: JudgedRelease) => expected === "safe";

/** Counts them: for each kind of release a row for each outcome that came, in the order of the trials. */
export function rowsOf(trials: readonly Trial[]): Row[] {
  const kinds = new Map<string, Trial[]>();
  for (const trial of trials) {
    const key = JSON.stringify([trial.service, trial.release, trial.environment]);
    kinds.set(key, [...(kinds.get(key) ?? []), trial]);
  }
  return [...kinds.values()].flatMap((all) =>
    releaseOutcomes.flatMap((outcome): Row[] => {
      const came = all.filter((trial) => trial.outcome === outcome);
      const [first] = came;
      if (!first) return [];
      const { service, environment, release } = first;
      const sum = (what: "requests" | "failures") => came.reduce((count, trial) => count + trial[what], 0);
      return [
        {
          service,
          environment,
          release,
          outcome,
          asExpected: came.every((trial) => trial.asExpected),
          count: came.length,
          of: all.length,
          ...interval(came.length, all.length),
          requests: sum("requests"),
          failures: sum("failures"),
        },
      ];
    }),
  );
}

const percent = (share: number) => (100 * share).toFixed(0);

/** For people; an outcome that was not expected has a mark. */
export function tableOf(rows: readonly Row[]): string {
  const head = ["service", "environment", "release", "outcome", "", "95 % between", "requests", "failed"];
  const cells = rows.map((row) => [
    row.service,
    row.environment,
    row.release,
    `${row.outcome}${row.asExpected ? "" : " (!)"}`,
    `${row.count} of ${row.of}`,
    `${percent(row.low)} and ${percent(row.high)} %`,
    String(row.requests),
    String(row.failures),
  ]);
  const widths = head.map((name, i) => Math.max(name.length, ...cells.map((line) => line[i]?.length ?? 0)));
  const line = (texts: string[]) =>
    texts
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return [line(head), ...cells.map(line), ""].join("\n");
}
