import assert from "node:assert/strict";
import { exitCode, type NotRehearsed, type ScenarioResult } from "./model";
import { expecting, judgeScenario, type ReleaseOutcome } from "./outcome";

describe("the exit code", () => {
  const scenario = (asExpected?: boolean, couldNotRun?: string): ScenarioResult => ({
    service: "a",
    id: "s",
    title: "S",
    description: "",
    startedAt: 0,
    endedAt: 1,
    wallMs: 1,
    couldNotRun,
    verdict: asExpected === undefined ? undefined : { asExpected, releases: [] },
    releases: [],
    traffic: [],
  });
  const judged = (outcome: ReleaseOutcome): ScenarioResult => {
    const verdict = {
      service: "a",
      environment: "prod",
      version: "1",
      outcome,
      reason: "",
      claims: [],
      parts: [],
    };
    return { ...scenario(), verdict: judgeScenario([expecting(verdict, ["safe"])]) };
  };
  const leftOut = (asked: boolean): NotRehearsed => ({ service: "b", reason: "it was left out", asked });
  const cases: [string, ScenarioResult[], number, NotRehearsed[]?][] = [
    ["all as expected", [scenario(true), scenario(true)], 0],
    ["one not", [scenario(true), scenario(false)], 1],
    ["one could not run", [scenario(false), scenario(undefined, "the base died")], 2],
    ["one ended early, though judged", [scenario(true, "the base died")], 2],
    ["a release came otherwise", [judged("not safe")], 1],
    ["a release was not judged", [judged("safe"), judged("not judged")], 2],
    ["nothing was rehearsed", [], 2],
    ["a service that nobody asked for was left out", [scenario(true)], 0, [leftOut(false)]],
    ["a service that somebody asked for was left out", [scenario(true)], 2, [leftOut(true)]],
  ];
  for (const [what, scenarios, code, notRehearsed = []] of cases) {
    it(`is ${code}: ${what}`, () => assert.equal(exitCode({ scenarios, notRehearsed }), code));
  }
});
