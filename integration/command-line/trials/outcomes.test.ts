import assert from "node:assert/strict";
import type { ScenarioResult } from "../../rehearsal/model";
import { expecting, judgeScenario, type JudgedRelease, type ReleaseOutcome } from "../../rehearsal/outcome";
import { rowsOf, tableOf, trialsOf } from "./outcomes";

const release = (
  environment: string,
  outcome: ReleaseOutcome,
  expected: ReleaseOutcome,
  failures = 0,
): JudgedRelease =>
  expecting(
    {
      service: "quiz",
      environment,
      version: "v",
      outcome,
      reason: "because",
      claims: [],
      parts: (["before", "shift"] as const).map((part) => {
        const counts = { requests: 100, met: 0, failures: part === "shift" ? failures : 0 };
        return { part, awsMs: 1, speed: 1, ratePerSecond: 1, ...counts };
      }),
    },
    [expected],
  );
const played = (id: string, releases?: JudgedRelease[]): ScenarioResult => ({
  service: "quiz",
  id,
  title: id,
  description: "",
  startedAt: 0,
  endedAt: 1,
  wallMs: 1,
  couldNotRun: releases ? undefined : "no",
  verdict: releases && judgeScenario(releases),
  releases: [],
  traffic: [],
});

describe("trials", () => {
  const good = (prod: ReleaseOutcome = "safe") =>
    played("good-release-1", [release("staging", "safe", "safe"), release("prod", prod, "safe", 7)]);
  const faulty = (outcome: ReleaseOutcome, expected: ReleaseOutcome = "contained") =>
    played("fault-1-1", [release("staging", "safe", "safe"), release("prod", outcome, expected, 3)]);
  const faultOf = ({ id }: { id: string }) => (id.startsWith("fault") ? "5xx 5%" : undefined);

  it("are counted by service, release and environment, each outcome with its interval", () => {
    const scenarios = [
      good(),
      good("not safe"),
      faulty("contained"),
      faulty("rolled back", "rolled back"),
      faulty("contained"),
      faulty("safe"),
      played("fault-1-5"),
    ];
    const rows = rowsOf(trialsOf({ scenarios }, faultOf));
    assert.equal(
      tableOf(rows),
      [
        "service  environment  release              outcome       -       95 % between  requests  failed",
        "quiz     staging      good                 safe          2 of 2  34 and 100 %  400       0",
        "quiz     prod         good                 safe          1 of 2  9 and 91 %    200       7",
        "quiz     prod         good                 not safe (!)  1 of 2  9 and 91 %    200       7",
        "quiz     staging      good, beside 5xx 5%  safe          4 of 4  51 and 100 %  800       0",
        "quiz     prod         5xx 5%               safe (!)      1 of 4  5 and 70 %    200       3",
        "quiz     prod         5xx 5%               contained     2 of 4  15 and 85 %   400       6",
        "quiz     prod         5xx 5%               rolled back   1 of 4  5 and 70 %    200       3",
        "",
      ]
        .join("\n")
        .replace("-      ", "       "),
    );
  });
});
