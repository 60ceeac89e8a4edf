import type { RehearsalResult } from "../model";
import { unexpected } from "../outcome";
import { notPlayedLine } from "./format";

/** The verdicts, for people. @param report where the page is */
export function summary(
  { scenarios: results, pipelines, notPlayed, notProven }: RehearsalResult,
  report: string,
): string {
  const lines: string[] = [""];
  for (const { service, id, title, verdict, couldNotRun, releases, wallMs } of results) {
    const outcome = couldNotRun ? "COULD NOT RUN" : verdict?.asExpected ? "AS EXPECTED" : "NOT AS EXPECTED";
    lines.push(`${outcome}  ${service}: ${title} (${id}, ${(wallMs / 1000).toFixed(1)} s here)`);
    if (couldNotRun) lines.push(`  ${couldNotRun}`);
    for (const release of verdict?.releases ?? []) {
      const { environment, version, outcome: came, expected, accepted, reason, asExpected } = release;
      const instead = expected === came ? "" : `, expected was ${accepted.join(" or ")}`;
      lines.push(`  ${environment.padEnd(7)} ${version}: ${came}${instead}`);
      if (asExpected && came !== "safe") lines.push(`    ${reason}`);
      for (const why of unexpected(release)) lines.push(`    ${why}`);
    }
    for (const { environment, status, predictedAwsMs } of releases) {
      lines.push(
        `  ${environment.padEnd(7)} pipeline ${status}, ${minutes(predictedAwsMs)} as it would be on AWS`,
      );
    }
  }
  const leftOut = pipelines.filter((one) => one.notRehearsed !== undefined);
  if (leftOut.length > 0) lines.push("", "NOT REHEARSED");
  for (const { service, environment, notRehearsed } of leftOut)
    lines.push(`  ${environment.padEnd(7)} ${service}: ${notRehearsed}`);
  if (notPlayed.length > 0) lines.push("", "NOT PLAYED");
  for (const one of notPlayed) lines.push(`  ${notPlayedLine(one)}`);
  if (notProven.length > 0) lines.push("", "NOT PROVEN HERE, WHATEVER THE VERDICT");
  for (const limit of notProven) lines.push(`  ${limit}`);
  lines.push("", `Report: ${report}`, "");
  return lines.join("\n");
}

const minutes = (ms: number) => `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
