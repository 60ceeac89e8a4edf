import { wallTime, type RehearsalResult, type ScenarioResult } from "../model";
import type { JudgedRelease } from "../outcome";
import { notPlayedLine } from "./format";
import { escapeText } from "./html";

/**
 * The rehearsal as a JUnit report, as GitHub, GitLab and Jenkins read it: a scenario is a test suite; its cases are what
 * should become of each release, and the claims that say so. A scenario that could not run is an error; a pipeline that
 * was not rehearsed, and a scenario that a service does not have, are skipped. The format: https://github.com/testmoapp/junitxml
 */
export function junitReport(result: RehearsalResult): string {
  const suites = [...result.scenarios.map((scenario) => suite(scenario, result)), ...notRehearsed(result)];
  const skipped = leftOut(result).length;
  const totals = sum([...result.scenarios.map(counts), { tests: skipped, failures: 0, errors: 0, skipped }]);
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
    service: scenario.service,
    speed: result.clock.speed,
    base: result.base,
    containerRuntime: result.containerRuntime,
  };
  for (const [name, version] of Object.entries(result.versions)) properties[`version.${name}`] = version;
  for (const { service, environment, totals } of traffic) {
    properties[`${service}.${environment}.requests`] = totals.requests;
    properties[`${service}.${environment}.failures`] = totals.failures;
    properties[`${service}.${environment}.p99Ms`] = totals.p99Ms ?? "";
  }
  for (const { environment, executionId, predictedAwsMs } of releases)
    properties[`${environment}.${executionId}.predictedAwsSeconds`] = seconds(predictedAwsMs);
  const head = {
    name: `${scenario.service}: ${id}`,
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
      releaseCases(`greenroom.${scenario.service}.${id}`, release),
    ),
    ...(wrong === undefined ? [] : [errorCase(`greenroom.${scenario.service}.${id}`, wrong)]),
    `  </testsuite>`,
  ].join("\n");
}

function releaseCases(classname: string, release: JudgedRelease): string[] {
  const { service, environment, version, outcome, expected, asExpected, reason } = release;
  const name = `${service} ${environment} ${version}`;
  return [
    testCase(
      classname,
      `${name} is ${expected}`,
      asExpected,
      reason,
      `${version} is “${outcome}” where “${expected}” was expected`,
    ),
    ...release.claims.map(({ claim, holds, evidence }) =>
      // What does not hold and was not to hold is no failure: of a bad release, some claims do not.
      testCase(
        classname,
        `${name}: ${claim}`,
        holds || asExpected,
        holds ? evidence : `does not hold: ${evidence}`,
        `does not hold: ${claim} (${outcome})`,
      ),
    ),
  ];
}

function testCase(classname: string, name: string, passed: boolean, text: string, problem: string): string {
  const body = passed
    ? `<system-out>${escapeText(text)}</system-out>`
    : `<failure${attributes({ type: "NotAsExpected", message: `${problem}: ${text}` })}>${escapeText(text)}</failure>`;
  return `    <testcase${attributes({ classname, name, time: "0" })}>${body}</testcase>`;
}

const leftOut = ({ pipelines, notPlayed }: RehearsalResult): { name: string; message: string }[] => [
  ...pipelines.flatMap(({ service, environment, notRehearsed: message }) =>
    message === undefined ? [] : [{ name: `${service} ${environment}`, message }],
  ),
  ...notPlayed.map((one) => ({
    name: `${one.service}: ${one.scenarios.join(", ") || "incidents"}`,
    message: notPlayedLine(one),
  })),
];

/** A suite of the pipelines that were not rehearsed, and of scenarios that were not played; none when all were. */
function notRehearsed(result: RehearsalResult): string[] {
  const all = leftOut(result);
  if (all.length === 0) return [];
  const head = {
    name: "not-rehearsed",
    tests: all.length,
    failures: 0,
    errors: 0,
    skipped: all.length,
    time: "0",
  };
  return [
    `  <testsuite${attributes(head)}>`,
    ...all.map(
      ({ name, message }) =>
        `    <testcase${attributes({ classname: "greenroom.not-rehearsed", name, time: "0" })}><skipped${attributes({ message })}/></testcase>`,
    ),
    `  </testsuite>`,
  ];
}

function errorCase(classname: string, why: string): string {
  const error = `<error${attributes({ type: "CouldNotRun", message: why.split("\n")[0] ?? "" })}>${escapeText(why)}</error>`;
  return `    <testcase${attributes({ classname, name: "the scenario ran to its end", time: "0" })}>${error}</testcase>`;
}

interface Counts {
  tests: number;
  failures: number;
  errors: number;
  skipped: number;
}

function counts({ verdict, couldNotRun }: ScenarioResult): Counts {
  const releases = verdict?.releases ?? [];
  const errors = verdict && couldNotRun === undefined ? 0 : 1;
  const failures = releases
    .filter(({ asExpected }) => !asExpected)
    .reduce((count, { claims }) => count + 1 + claims.filter(({ holds }) => !holds).length, 0);
  const cases = releases.reduce((count, { claims }) => count + 1 + claims.length, 0);
  return { tests: cases + errors, failures, errors, skipped: 0 };
}

const sum = (all: Counts[]): Counts =>
  all.reduce((total, one) => ({
    tests: total.tests + one.tests,
    failures: total.failures + one.failures,
    errors: total.errors + one.errors,
    skipped: total.skipped + one.skipped,
  }));

const attributes = (values: object) =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeText(String(value)).replace(/\s/g, " ")}"`)
    .join("");

const seconds = (ms: number) => (ms / 1000).toFixed(3);
