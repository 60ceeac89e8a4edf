import { wallTime, type RehearsalResult, type ScenarioResult } from "../model";
import type { Claim, JudgedRelease } from "../outcome";
import { escapeText } from "./html";

/**
 * The rehearsal as a JUnit report, as GitHub, GitLab and Jenkins read it: a scenario is a test suite, a claim a test
 * case, and a scenario that could not run an error. The format: https://github.com/testmoapp/junitxml
 */
export function junitReport(result: RehearsalResult): string {
  const suites = result.scenarios.map((scenario) => suite(scenario, result));
  const totals = sum(result.scenarios.map(counts));
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites${attributes({ name: "greenroom", ...totals, time: seconds(result.wallMs) })}>`,
    ...suites,
    `</testsuites>`,
    "",
  ].join("\n");
}

function suite(scenario: ScenarioResult, result: RehearsalResult): string {
  const { id, verdict, couldNotRun, traffic, releases } = scenario;
  const properties: Record<string, string | number> = {
    title: scenario.title,
    speed: result.clock.speed,
    base: result.base,
    containerEngine: result.containerEngine,
  };
  for (const [name, version] of Object.entries(result.versions)) properties[`version.${name}`] = version;
  for (const { environment, totals } of traffic) {
    properties[`${environment}.requests`] = totals.requests;
    properties[`${environment}.failures`] = totals.failures;
    properties[`${environment}.p99Ms`] = totals.p99Ms ?? "";
  }
  for (const { environment, executionId, predictedAwsMs } of releases)
    properties[`${environment}.${executionId}.predictedAwsSeconds`] = seconds(predictedAwsMs);
  const head = {
    name: id,
    ...counts(scenario),
    timestamp: new Date(wallTime(result.clock, scenario.startedAt)).toISOString().slice(0, 19),
    time: seconds(scenario.wallMs),
  };
  const wrong = couldNotRun ?? (verdict ? undefined : "the scenario has no verdict");
  return [
    `  <testsuite${attributes(head)}>`,
    `    <properties>`,
    ...Object.entries(properties).map(([name, value]) => `      <property${attributes({ name, value })}/>`),
    `    </properties>`,
    ...(verdict?.releases ?? []).flatMap((release) =>
      release.claims.map((claim) => testCase(`greenroom.${id}`, release, claim)),
    ),
    ...(wrong === undefined ? [] : [errorCase(`greenroom.${id}`, wrong)]),
    `  </testsuite>`,
  ].join("\n");
}

function testCase(classname: string, { environment, version, outcome }: JudgedRelease, claim: Claim): string {
  const head = attributes({ classname, name: `${environment} ${version}: ${claim.claim}`, time: "0" });
  const evidence = escapeText(claim.evidence);
  const message = `does not hold: ${claim.claim} (${outcome}): ${claim.evidence}`;
  const body = claim.holds
    ? `<system-out>${evidence}</system-out>`
    : `<failure${attributes({ type: "ClaimDoesNotHold", message })}>${evidence}</failure>`;
  return `    <testcase${head}>${body}</testcase>`;
}

function errorCase(classname: string, why: string): string {
  const error = `<error${attributes({ type: "CouldNotRun", message: why.split("\n")[0] ?? "" })}>${escapeText(why)}</error>`;
  return `    <testcase${attributes({ classname, name: "the scenario ran to its end", time: "0" })}>${error}</testcase>`;
}

interface Counts {
  tests: number;
  failures: number;
  errors: number;
}

function counts({ verdict, couldNotRun }: ScenarioResult): Counts {
  const claims = verdict?.releases.flatMap((release) => release.claims) ?? [];
  const errors = verdict && couldNotRun === undefined ? 0 : 1;
  return { tests: claims.length + errors, failures: claims.filter(({ holds }) => !holds).length, errors };
}

const sum = (all: Counts[]): Counts =>
  all.reduce(
    (total, one) => ({
      tests: total.tests + one.tests,
      failures: total.failures + one.failures,
      errors: total.errors + one.errors,
    }),
    { tests: 0, failures: 0, errors: 0 },
  );

const attributes = (values: object) =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeText(String(value)).replace(/\s/g, " ")}"`)
    .join("");

const seconds = (ms: number) => (ms / 1000).toFixed(3);
