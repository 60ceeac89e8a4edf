import assert from "node:assert/strict";
import { steadyClock, type ActionRun, type ClockMapping, type ReleaseTimeline } from "./model";
import type { RecordedRequest } from "./traffic/recording";
import { unexpected } from "./outcome";
import { recordingOf } from "./traffic/testing";
import { fewestRequests, watchedRequests } from "./claims";
import { propagationMs } from "./facts";
import { expecting, judge, judgeScenario, type ReleaseFacts, type Verdict } from "./verdict";

// The wall clock and AWS time begin at 0 together; AWS time runs ten times as fast. Clients send 200 a second for
// 10 s: 2000 requests. The deployment shifts traffic from 3 s to 5 s and ends at 7 s of wall time.
const clock = steadyClock(10, 0, 0);
const canary = { from: 3000, to: 5000 };
/** The canary is stopped after 20 s of AWS time; the stack allows 30. */
const bound = { share: 0.1, lastsMs: 30_000 };

function release(status: string, rolledBack: boolean, allowed = true): ReleaseTimeline {
  const ended = (rolledBack ? canary.to : 7000) * 10;
  const event = {
    name: "AllowTraffic",
    status: "Succeeded",
    startedAt: canary.from * 10,
    endedAt: canary.to * 10,
  };
  return {
    environment: "prod",
    pipelineName: "trivia-api-prod",
    executionId: "e1",
    status,
    startedAt: 0,
    endedAt: ended + 100,
    wallMs: 7010,
    predictedAwsMs: 70_100,
    actions: [
      {
        stage: "Deploy",
        action: "Deploy",
        provider: "CodeDeployToECS",
        status,
        startedAt: 0,
        endedAt: ended,
        error: rolledBack ? "an alarm" : undefined,
        deployment: {
          deploymentId: "d-1",
          status: rolledBack ? "Stopped" : status,
          rollbackDeploymentId: rolledBack ? "d-2" : undefined,
          startedAt: 0,
          endedAt: ended,
          events: allowed ? [event] : [],
        },
      },
    ],
  };
}

type Request = Partial<RecordedRequest>;

function facts(
  request: (at: number, index: number) => Request,
  of: ReleaseTimeline,
  more: Partial<ReleaseFacts> = {},
  count = 2000,
): ReleaseFacts {
  const recording = recordingOf(count, (index, at) => request(at, index), { startedAt: 0 });
  return {
    service: "trivia-api",
    release: of,
    intended: "new",
    previous: "old",
    recording,
    clock,
    from: 0,
    until: 100_000,
    availabilityPercent: 99,
    bound,
    ...more,
  };
}

const inCanary = (at: number) => at >= canary.from && at < canary.to;
const picked = (index: number) => index % 10 === 0;
const good = (at: number, index: number): Request => ({
  version: at >= canary.to || (inCanary(at) && picked(index)) ? "new" : "old",
});
const error: Request = { version: "new", status: 500, outcome: "error" };
const bad = (at: number, index: number): Request =>
  inCanary(at) && picked(index) ? error : { version: "old" };
const old = (): Request => ({ version: "old" });

/** Requests as `of` has them, but for those that `test` names. */
const but =
  (of: typeof good, test: (at: number, index: number) => boolean, change: Request) =>
  (at: number, index: number): Request =>
    test(at, index) ? { ...of(at, index), ...change } : of(at, index);
const one = (which: number) => (_: number, index: number) => index === which;
const every = (count: number) => (_: number, index: number) => index % count === 0;

const broken = ({ claims }: Verdict) => claims.filter(({ holds }) => !holds).map(({ claim }) => claim);
const outcomeOf = (given: ReleaseFacts) => judge(given).outcome;

const says = {
  holdsNew: "new holds all traffic at the end",
  holdsOld: "old holds all traffic at the end",
  noWorse: "no client saw a failure that the live version's own rate does not explain",
  versions: "every answer came from the old or the new version",
  kept: "clients kept sending all the time",
  share: "no more met it than its share",
  time: "it was met only in the time of its bound",
  atOnce: "it was not released to all at once",
  others: "nobody was hurt without meeting it",
  next: "the next good release succeeds",
  unmet: "no client was answered by new",
};

type Case = [string, ReleaseFacts, Verdict["outcome"], string[]];
function check(cases: Case[]): void {
  for (const [what, given, outcome, claims] of cases) {
    it(`is “${outcome}” when ${what}`, () => {
      const verdict = judge(given);
      assert.deepEqual([verdict.outcome, broken(verdict)], [outcome, claims], verdict.reason);
    });
  }
}

describe("the verdict on a release that the pipeline calls released", () => {
  const succeeded = release("Succeeded", false);

  it("is safe when the candidate holds all traffic and nobody is worse off", () => {
    const verdict = judge(facts(good, succeeded));
    assert.deepEqual([verdict.outcome, broken(verdict)], ["safe", []]);
    assert.deepEqual(
      [verdict.service, verdict.environment, verdict.version, verdict.reason],
      [
        "trivia-api",
        "prod",
        "new",
        "new holds all traffic, and nobody is worse off: 0 of 2000 requests failed",
      ],
    );
    assert.deepEqual(
      verdict.claims.map(({ evidence }) => evidence),
      [
        "trivia-api-prod: Succeeded",
        "580 of 580 requests after the deployment",
        "0 of 2000 requests failed",
        "old or new",
        "2000 requests in 10.0 s, of 2000 that were due; 0 sent late (by 0 ms at most)",
      ],
    );
  });

  it("says at which rate and speed each part was judged", () => {
    const slow: ClockMapping = {
      speed: 10,
      stretches: [
        { wall: 0, aws: 0, speed: 10 },
        { wall: 3000, aws: 30_000, speed: 5 },
        { wall: 5000, aws: 40_000, speed: 10 },
      ],
    };
    const run = release("Succeeded", false).actions[0]?.deployment;
    assert.ok(run?.events[0]);
    run.endedAt = 60_000;
    run.events[0].endedAt = 40_000;
    const of = { ...succeeded, actions: [{ ...succeeded.actions[0], deployment: run } as ActionRun] };
    assert.deepEqual(judge(facts(good, of, { clock: slow, until: 90_000 })).parts, [
      { part: "before", awsMs: 30_000, speed: 10, ratePerSecond: 20, requests: 600, met: 0, failures: 0 },
      { part: "shift", awsMs: 10_000, speed: 5, ratePerSecond: 40, requests: 400, met: 40, failures: 0 },
      { part: "bake", awsMs: 20_000, speed: 10, ratePerSecond: 20, requests: 400, met: 400, failures: 0 },
      { part: "after", awsMs: 30_000, speed: 10, ratePerSecond: 20, requests: 600, met: 600, failures: 0 },
    ]);
  });

  it("needs no more of any rate's clients than they send while they are watched", () => {
    for (const ratePerSecond of [1, 17, 100, 2000]) {
      const until = 70_000 + (propagationMs + (watchedRequests * 1000) / ratePerSecond) * clock.speed;
      const count = Math.ceil((until / clock.speed / 1000) * ratePerSecond);
      const recording = recordingOf(count, (i, time) => good(time, i), { startedAt: 0, ratePerSecond });
      const given = (end: number) => ({ ...facts(good, succeeded), recording, until: end });
      assert.equal(outcomeOf(given(until)), "safe", `${ratePerSecond} a second`);
      const tooEarly = judge(given(until - (fewestRequests * 0.25 * 1000 * clock.speed) / ratePerSecond));
      assert.equal(tooEarly.outcome, "not judged", `${ratePerSecond} a second`);
      assert.match(tooEarly.reason, /at least 150 are needed/);
    }
  });

  const late = (at: number, i: number): Request => ({ ...good(at, i), lateMs: i % 5 === 0 ? 60 : 0 });
  const timeout: Request = { outcome: "timeout", status: 0, version: "" };
  check([
    [
      "an answer failed",
      facts(but(good, one(700), { outcome: "error", status: 500 }), succeeded),
      "not safe",
      [says.noWorse],
    ],
    [
      "a request was refused",
      facts(but(good, one(700), { outcome: "refused", status: 0, version: "" }), succeeded),
      "not safe",
      [says.noWorse],
    ],
    [
      "an answer was wrong",
      facts(but(good, one(700), { outcome: "wrong" }), succeeded),
      "not safe",
      [says.noWorse],
    ],
    [
      "a request was lost",
      facts(but(good, one(700), { outcome: "lost" }), succeeded),
      "not safe",
      [says.noWorse],
    ],
    ["a request timed out", facts(but(good, one(700), timeout), succeeded), "not safe", [says.noWorse]],
    [
      "nobody answers any more",
      facts(
        but(good, (at) => at >= canary.to, { outcome: "refused", status: 0, version: "" }),
        succeeded,
      ),
      "not safe",
      [says.holdsNew, says.noWorse],
    ],
    [
      "a late answer is the old version's",
      facts(but(good, one(1999), { version: "old" }), succeeded),
      "not safe",
      [says.holdsNew],
    ],
    [
      "a third version answers",
      facts(but(good, one(700), { version: "other" }), succeeded),
      "not safe",
      [says.versions],
    ],
    [
      "an answer names no version",
      facts(but(good, one(700), { version: "" }), succeeded),
      "not safe",
      [says.versions],
    ],
    ["no request met it", facts(old, succeeded), "not judged", [says.holdsNew]],
    ["no request was sent", facts(good, succeeded, {}, 0), "not judged", [says.holdsNew, says.kept]],
    [
      "the clients stopped before the end",
      facts(good, succeeded, { until: 74_000 }),
      "not judged",
      [says.holdsNew],
    ],
    [
      "the clients stopped for a second",
      facts(good, succeeded, { until: 110_000 }),
      "not judged",
      [says.kept],
    ],
    ["many requests were sent late", facts(late, succeeded), "not judged", [says.kept]],
    [
      "many were late and some timed out",
      facts(but(late, every(50), timeout), succeeded),
      "not judged",
      [says.noWorse, says.kept],
    ],
    [
      "many were late and some failed",
      facts(but(late, every(50), error), succeeded),
      "not safe",
      [says.noWorse, says.kept],
    ],
  ]);

  it("is never “safe” with a fault in one of twenty answers: 5xx, reset or down", () => {
    for (const change of [
      { outcome: "error", status: 500 },
      { outcome: "error", status: 502, version: "" },
      { outcome: "reset", status: 0, version: "" },
      { outcome: "refused", status: 0, version: "" },
    ] as Request[]) {
      const hit = (at: number, i: number) => good(at, i).version === "new" && i % 20 === 0;
      assert.equal(outcomeOf(facts(but(good, hit, change), succeeded)), "not safe", JSON.stringify(change));
    }
  });

  it("is not judged where requests only timed out, and this machine was too busy to tell", () => {
    const verdict = (change: Request, busyPercent: number) =>
      outcomeOf(facts(but(good, one(700), change), succeeded, { busyPercent }));
    assert.equal(verdict(timeout, 95), "not judged");
    assert.equal(verdict(timeout, 94), "not safe");
    assert.equal(verdict(error, 100), "not safe");
  });

  it("says which failures there were, and that the machine was busy when requests timed out", () => {
    const evidence = (change: Request) =>
      judge(facts(but(good, one(700), change), succeeded, { busyPercent: 99 })).claims[2]?.evidence;
    assert.equal(
      evidence(timeout),
      "1 of 2000 requests failed (1 timeout); this machine's processors were 99 % busy: with --rate, clients leave " +
        "more of them to the rest",
    );
    assert.equal(evidence({ outcome: "refused", status: 0 }), "1 of 2000 requests failed (1 refused)");
  });

  describe("whose live version fails by itself", () => {
    // The release begins at 2.5 s of wall time: what the live version did before is its own.
    const given = (request: typeof good) => facts(request, succeeded, { from: 25_000 });
    const failure: Request = { outcome: "error", status: 500 };
    const always = but(good, every(100), failure);

    it("is safe when the candidate does not fail more often", () =>
      assert.equal(outcomeOf(given(always)), "safe"));
    it("is not safe when it does", () => {
      const worse = but(always, (at, i) => good(at, i).version === "new" && i % 20 === 0, failure);
      const { outcome, reason } = judge(given(worse));
      assert.equal(outcome, "not safe");
      assert.match(
        reason,
        /70 of 1040 by new; before, old failed 5 of 500; within the objective of 99 %, that explains 31 and 24; no alarm stopped it$/,
      );
    });
    it("is not safe when that is beyond the objective", () => {
      const { outcome, reason } = judge({ ...given(always), availabilityPercent: 99.9 });
      assert.equal(outcome, "not safe");
      assert.match(reason, /within the objective of 99.9 %, that explains 7 and 6; no alarm stopped it$/);
    });
    it("is not safe when the candidate alone fails more often than that explains", () => {
      let failures = 0;
      const quiet = (at: number, i: number) => (at < 2500 ? always(at, i) : good(at, i));
      const worse = but(
        quiet,
        (at, i) => good(at, i).version === "new" && i % 20 === 0 && failures++ < 28,
        failure,
      );
      const { outcome, reason } = judge(given(worse));
      assert.equal(outcome, "not safe");
      assert.match(reason, /^28 of 1500 .* that explains 31 and 24; no alarm stopped it$/);
    });
    it("is not safe when it was another version that failed before", () =>
      assert.equal(outcomeOf(given(but(always, (at) => at < 2500, { version: "other" }))), "not safe"));
    it("is not safe when the live version fails only since the release began", () =>
      assert.equal(outcomeOf(given(but(good, (at, i) => at >= 2500 && i % 100 === 0, failure))), "not safe"));
  });
});

describe("the verdict on a release that was taken back", () => {
  const next = { version: "next", outcome: "safe" } as const;
  const back = release("Failed", true);
  const taken = (request: typeof good, more: Partial<ReleaseFacts> = {}, of = back) =>
    facts(request, of, { next, ...more });

  it("is contained within the bound, when the next good release succeeds", () => {
    const verdict = judge(taken(bad));
    assert.deepEqual([verdict.outcome, broken(verdict)], ["contained", []]);
    assert.equal(verdict.reason, "40 requests met it, within its bound; next was safe");
    assert.deepEqual(
      verdict.claims.map(({ evidence }) => evidence),
      [
        "trivia-api-prod: Failed, at Deploy: an alarm; d-1 Stopped, rolled back by d-2",
        "980 of 980 requests after the deployment",
        "0 of 1960 other requests failed",
        "its first share of the traffic is 10 %",
        "0 of 40 requests met new later than 30 s of AWS time after its first traffic; it had traffic for 20 s of AWS time",
        "40 requests met it and 40 failed (40 error), of 441 meanwhile; 10 % with tolerance are 70",
        "next was safe",
        "2000 requests in 10.0 s, of 2000 that were due; 0 sent late (by 0 ms at most)",
      ],
    );
  });

  const busy = (at: number, i: number): Request => ({ ...bad(at, i), lateMs: i % 5 === 0 ? 60 : 0 });
  const more = (at: number, i: number) => inCanary(at) && i % 4 === 0;
  const unnamed: Request = { outcome: "reset", status: 0, version: "" };
  check([
    [
      "what failed in its time named nobody",
      taken(but(bad, (at, i) => bad(at, i) === error, unnamed)),
      "contained",
      [],
    ],
    [
      "it was only slow",
      taken(but(bad, (at, i) => inCanary(at) && picked(i), { outcome: "ok", status: 200 })),
      "contained",
      [],
    ],
    ["more met it than its share", taken(but(bad, more, error)), "rolled back", [says.share]],
    ["more were reset than its share", taken(but(bad, more, unnamed)), "rolled back", [says.share]],
    [
      "it was met after its bound",
      taken(bad, { bound: { share: 0.1, lastsMs: 15_000 } }),
      "rolled back",
      [says.time],
    ],
    [
      "all met it at once",
      taken(but(bad, inCanary, error), { bound: { share: 1, lastsMs: 30_000 } }),
      "rolled back",
      [says.atOnce],
    ],
    [
      "the next release was not safe",
      taken(bad, { next: { version: "next", outcome: "not safe" } }),
      "rolled back",
      [says.next],
    ],
    ["no release came after it", taken(bad, { next: undefined }), "rolled back", [says.next]],
    [
      "the new version answers at the end",
      taken(but(bad, one(1999), { version: "new" })),
      "not safe",
      [says.holdsOld, says.time],
    ],
    ["a request failed before", taken(but(bad, one(100), unnamed)), "not safe", [says.others]],
    ["a request failed afterwards", taken(but(bad, one(1500), unnamed)), "not safe", [says.others]],
    [
      "another request timed out",
      taken(but(bad, one(1500), { ...unnamed, outcome: "timeout" })),
      "not safe",
      [says.others],
    ],
    [
      "many were late and another request failed",
      taken(but(busy, one(1500), unnamed)),
      "not safe",
      [says.others, says.kept],
    ],
    [
      "many were late and another request timed out",
      taken(but(busy, one(1500), { ...unnamed, outcome: "timeout" })),
      "not judged",
      [says.others, says.kept],
    ],
    [
      "the old version failed meanwhile",
      taken(but(bad, one(701), { outcome: "error", status: 500 })),
      "not safe",
      [says.others],
    ],
    ["no request met it", taken(old), "not judged", []],
    ["the clients stopped", taken(bad, { until: 200_000 }), "not judged", [says.kept]],
    ["the clients stopped with the deployment", taken(bad, { until: 52_000 }), "not judged", [says.holdsOld]],
  ]);

  it("counts a request as one that met it as long as it was under way", () => {
    const slow = { ...unnamed, latencyMs: 150 };
    assert.equal(outcomeOf(taken(but(bad, one(560), slow))), "contained");
    assert.equal(outcomeOf(taken(but(bad, one(560), { ...slow, latencyMs: 50 }))), "not safe");
  });

  it("is not safe when a later stage failed and the candidate holds the traffic", () => {
    const failedLater = { ...release("Succeeded", false), status: "Failed" };
    const { outcome, reason } = judge(taken(good, {}, failedLater));
    assert.equal(outcome, "not safe");
    assert.match(
      reason,
      /^old does not hold all traffic again: 0 of 580 requests after the deployment; the others by new$/,
    );
  });
});

describe("the verdict on a release that had no traffic", () => {
  const ended = release("Failed", false, false);

  it("is stopped before customers when nobody met it or is worse off", () => {
    const verdict = judge(facts(old, ended));
    assert.deepEqual([verdict.outcome, broken(verdict)], ["stopped before customers", []]);
  });

  check([
    ["one client met it", facts(but(old, one(600), { version: "new" }), ended), "rolled back", [says.unmet]],
    ["it holds the traffic", facts(good, ended), "not safe", [says.unmet, says.holdsOld]],
    ["a request failed", facts(but(old, one(5), { outcome: "reset" }), ended), "not safe", [says.noWorse]],
    ["another version answers", facts(() => ({ version: "other" }), ended), "not safe", [says.holdsOld]],
    ["there were too few requests", facts(old, ended, { until: 72_000 }), "not judged", [says.holdsOld]],
    ["the clients stopped", facts(old, ended, { until: 200_000 }), "not judged", [says.kept]],
  ]);
});

describe("what a scenario expects", () => {
  const safe = judge(facts(good, release("Succeeded", false)));
  const claim = { claim: "the failing command is in the result", evidence: "npm test" };

  it("is held against what came", () => {
    assert.equal(expecting(safe, ["safe"]).asExpected, true);
    assert.equal(expecting(safe, ["contained"]).asExpected, false);
    assert.equal(expecting(safe, ["safe"], [{ ...claim, holds: true }]).asExpected, true);
    const unlike = expecting(safe, ["safe"], [{ ...claim, holds: false }]);
    assert.deepEqual([unlike.asExpected, broken(unlike)], [false, [claim.claim]]);
    assert.deepEqual(unexpected(unlike), ["not so: the failing command is in the result (npm test)"]);
    assert.deepEqual(unexpected(expecting(safe, ["contained"])), [safe.reason]);
  });

  it("came when each release is as expected, and there was one", () => {
    const expected = expecting(safe, ["safe"]);
    assert.equal(judgeScenario([expected, expected]).asExpected, true);
    assert.equal(judgeScenario([expected, expecting(safe, ["contained"])]).asExpected, false);
    assert.equal(judgeScenario([]).asExpected, false);
  });
});
