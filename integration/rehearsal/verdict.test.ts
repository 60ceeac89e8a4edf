import assert from "node:assert/strict";
import type { ReleaseTimeline } from "./model";
import type { RecordedRequest } from "./traffic/recording";
import { recordingOf } from "./traffic/testing";
import { shareLimit, watchMs } from "./claims";
import {
  judgeBad,
  judgeGood,
  judgeScenario,
  judgeUntouched,
  withClaims,
  type ReleaseFacts,
  type Verdict,
} from "./verdict";

// The wall clock and AWS time begin at 0 together; AWS time runs ten times as fast. Clients send 200 a second for
// 10 s: 2000 requests. The deployment shifts traffic from 3 s to 5 s and ends at 7 s of wall time.
const clock = { speed: 10, wall: 0, aws: 0 };
const canary = { from: 3000, to: 5000 };
const share = 0.1;

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
    release: of,
    intended: "new",
    previous: "old",
    recording,
    clock,
    from: 0,
    until: 100_000,
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

const broken = ({ claims }: Verdict) => claims.filter(({ holds }) => !holds).map(({ claim }) => claim);

const says = {
  released: "the pipeline says released",
  holdsNew: "new holds all traffic at the end",
  holdsOld: "old holds all traffic at the end",
  noFailure: "no client saw a failure",
  versions: "every answer came from the old or the new version",
  kept: "clients kept sending all the time",
  canary: "the canary had production traffic",
  rolledBack: "the deployment says rolled back, and the pipeline failed",
  fault: "clients met the fault",
  inTime: "failures lie only in the time in which the canary had traffic",
  byNew: "only answers of the new version failed",
  share: "no more clients met the canary than its share",
  next: "the next good release succeeds",
};

describe("the verdict on a good release", () => {
  it("is safe when every claim holds", () => {
    const verdict = judgeGood(facts(good, release("Succeeded", false)));
    assert.deepEqual([verdict.outcome, verdict.asExpected, broken(verdict)], ["safe", true, []]);
    assert.deepEqual(
      verdict.claims.map(({ evidence }) => evidence),
      [
        "trivia-api-prod: Succeeded",
        "580 of 580 requests after the deployment",
        "0 of 2000 requests failed",
        "old or new",
        "2000 requests in 10.0 s, 200 of 200 a second; 0 sent late (by 0 ms at most)",
      ],
    );
  });

  const succeeded = release("Succeeded", false);
  const at = (index: number, change: Request) => (time: number, i: number) =>
    i === index ? { ...good(time, i), ...change } : good(time, i);
  it("needs no more of any rate's clients than they send while they are watched", () => {
    for (const ratePerSecond of [1, 17, 100, 2000]) {
      const until = 70_000 + watchMs(ratePerSecond) * clock.speed;
      const count = Math.ceil((until / clock.speed / 1000) * ratePerSecond);
      const recording = recordingOf(count, (i, time) => good(time, i), { startedAt: 0, ratePerSecond });
      const given = (end: number) => ({ ...facts(good, succeeded), recording, until: end });
      assert.deepEqual(broken(judgeGood(given(until))), [], `${ratePerSecond} a second`);
      const tooEarly = judgeGood(given(until - (25_000 * clock.speed) / ratePerSecond));
      assert.ok(broken(tooEarly).includes(says.holdsNew), `${ratePerSecond} a second`);
    }
  });

  it("tells of a busy machine when requests timed out, and of nothing else", () => {
    const evidence = (change: Request) => {
      const verdict = judgeGood(facts(at(700, change), succeeded, { busyPercent: 99 }));
      assert.equal(verdict.outcome, "not safe");
      return verdict.claims.find(({ claim }) => claim === says.noFailure)?.evidence;
    };
    const failed = "1 of 2000 requests failed";
    assert.equal(
      evidence({ outcome: "timeout", status: 0 }),
      `${failed} (1 timeout); this machine's processors were 99 % busy: with --rate, clients leave more of them to the rest`,
    );
    assert.equal(evidence({ outcome: "refused", status: 0 }), `${failed} (1 refused)`);
  });

  const cases: [string, ReleaseFacts, string[]][] = [
    ["the pipeline failed", facts(good, release("Failed", false)), [says.released]],
    [
      "one late answer was the old version's",
      facts(at(1999, { version: "old" }), succeeded),
      [says.holdsNew],
    ],
    ["the clients stopped before the end", facts(good, succeeded, { until: 74_000 }), [says.holdsNew]],
    [
      "one request was refused",
      facts(at(700, { outcome: "refused", status: 0 }), succeeded),
      [says.noFailure],
    ],
    ["one answer was wrong", facts(at(700, { outcome: "wrong" }), succeeded), [says.noFailure]],
    ["one request was lost", facts(at(700, { outcome: "lost" }), succeeded), [says.noFailure]],
    ["a third version answered", facts(at(700, { version: "other" }), succeeded), [says.versions]],
    ["an answer named no version", facts(at(700, { version: "" }), succeeded), [says.versions]],
    ["the clients stopped for a second", facts(good, succeeded, { until: 110_000 }), [says.kept]],
    [
      "every fifth request was sent late",
      facts((time, i) => ({ ...good(time, i), lateMs: i % 5 === 0 ? 60 : 0 }), succeeded),
      [says.kept],
    ],
  ];
  for (const [what, given, claims] of cases) {
    it(`is not safe when ${what}`, () => {
      const verdict = judgeGood(given);
      assert.deepEqual([verdict.outcome, verdict.asExpected], ["not safe", false]);
      assert.deepEqual(broken(verdict), claims);
    });
  }

  it("tells which failures there were", () => {
    const verdict = judgeGood(facts(bad, succeeded));
    assert.equal(verdict.claims[2]?.evidence, "40 of 2000 requests failed (40 error)");
    assert.equal(verdict.claims[1]?.evidence, "0 of 580 requests after the deployment; the others by old");
  });

  it("says nothing without requests", () => {
    const verdict = judgeGood(facts(good, succeeded, {}, 0));
    assert.deepEqual([verdict.outcome, verdict.asExpected], ["not exercised", false]);
  });
});

describe("the verdict on a bad release", () => {
  const next = judgeGood(facts(good, release("Succeeded", false)));
  const rolledBack = release("Failed", true);

  it("is contained when every claim holds", () => {
    const verdict = judgeBad(facts(bad, rolledBack), share, next);
    assert.deepEqual([verdict.outcome, verdict.asExpected, broken(verdict)], ["contained", true, []]);
    assert.deepEqual(
      verdict.claims.map(({ evidence }) => evidence),
      [
        "40 answers by new",
        "trivia-api-prod: Failed, at Deploy: an alarm; d-1 Stopped, rolled back by d-2",
        "980 of 980 requests after the deployment",
        "40 failures by new",
        "0 of 40 failures outside of 20 s of AWS time",
        "40 of 40 failures by new (40 error)",
        "40 answers by it, 40 failures, of 441 requests meanwhile; 10 % with tolerance are 70",
        "new was safe",
        "2000 requests in 10.0 s, 200 of 200 a second; 0 sent late (by 0 ms at most)",
      ],
    );
  });

  const also = (test: (at: number, i: number) => boolean, change: Request) => (at: number, i: number) =>
    test(at, i) ? { ...bad(at, i), ...change } : bad(at, i);
  const cases: [string, ReleaseFacts, Verdict | undefined, string[]][] = [
    ["the pipeline released it", facts(bad, { ...rolledBack, status: "Succeeded" }), next, [says.rolledBack]],
    [
      "the deployment was not rolled back",
      facts(bad, {
        ...rolledBack,
        actions: rolledBack.actions.map((action) => ({
          ...action,
          deployment: action.deployment && { ...action.deployment, rollbackDeploymentId: undefined },
        })),
      }),
      next,
      [says.rolledBack],
    ],
    [
      "the new version answered at the end",
      facts(
        also((_, i) => i === 1999, { version: "new" }),
        rolledBack,
      ),
      next,
      [says.holdsOld],
    ],
    [
      "nobody met the fault",
      facts((at, i) => ({ ...bad(at, i), outcome: "ok", status: 200 }), rolledBack),
      next,
      [says.fault],
    ],
    [
      "a request failed before",
      facts(
        also((_, i) => i === 100, error),
        rolledBack,
      ),
      next,
      [says.inTime],
    ],
    [
      "a request failed afterwards",
      facts(
        also((_, i) => i === 1500, error),
        rolledBack,
      ),
      next,
      [says.holdsOld, says.inTime],
    ],
    [
      "the old version failed meanwhile",
      facts(
        also((_, i) => i === 701, { outcome: "error", status: 500 }),
        rolledBack,
      ),
      next,
      [says.byNew],
    ],
    [
      "a request was refused meanwhile",
      facts(
        also((_, i) => i === 701, { outcome: "refused", status: 0, version: "" }),
        rolledBack,
      ),
      next,
      [says.byNew],
    ],
    [
      "more clients met it",
      facts(
        also((at, i) => inCanary(at) && i % 5 === 0, error),
        rolledBack,
      ),
      next,
      [says.share],
    ],
    ["the next release was not safe", facts(bad, rolledBack), { ...next, outcome: "not safe" }, [says.next]],
    ["there was no next release", facts(bad, rolledBack), undefined, [says.next]],
    ["the clients stopped", facts(bad, rolledBack, { until: 200_000 }), next, [says.kept]],
  ];
  for (const [what, given, after, claims] of cases) {
    it(`is not contained when ${what}`, () => {
      const verdict = judgeBad(given, share, after);
      assert.deepEqual([verdict.outcome, verdict.asExpected], ["not contained", false]);
      assert.deepEqual(broken(verdict), claims);
    });
  }

  it("counts a request as met in the canary's time as long as it was under way", () => {
    const slow = facts(
      also((_, i) => i === 560, { ...error, latencyMs: 150 }),
      rolledBack,
    );
    assert.deepEqual(broken(judgeBad(slow, share, next)), []);
    const early = facts(
      also((_, i) => i === 560, { ...error, latencyMs: 50 }),
      rolledBack,
    );
    assert.deepEqual(broken(judgeBad(early, share, next)), [says.inTime]);
  });

  it("is not exercised when no client met the new version", () => {
    const verdict = judgeBad(
      facts(() => ({ version: "old" }), rolledBack),
      share,
      next,
    );
    assert.deepEqual([verdict.outcome, verdict.asExpected], ["not exercised", false]);
    assert.deepEqual(broken(verdict), [says.canary, says.fault]);
  });

  it("is not exercised when no traffic was allowed", () => {
    const verdict = judgeBad(
      facts(() => ({ version: "old" }), release("Failed", true, false)),
      share,
      next,
    );
    assert.equal(verdict.outcome, "not exercised");
  });

  it("allows four standard deviations over the share", () => {
    assert.equal(shareLimit(442, 0.1), 70);
    assert.equal(shareLimit(10_000, 0.1), 1120);
    assert.equal(shareLimit(0, 0.1), 0);
    assert.equal(shareLimit(50, 1), 50);
  });
});

describe("the verdict on a release that must not get there", () => {
  const old = (): Request => ({ version: "old" });
  const failed = release("Failed", false, false);

  it("is untouched when every claim holds", () => {
    const verdict = judgeUntouched(facts(old, failed));
    assert.deepEqual([verdict.outcome, verdict.asExpected, broken(verdict)], ["untouched", true, []]);
  });

  const cases: [string, ReleaseFacts, string[]][] = [
    [
      "the pipeline released it",
      facts(old, release("Succeeded", false, false)),
      ["the pipeline did not release it"],
    ],
    [
      "one client met it",
      facts((_, i) => ({ version: i === 600 ? "new" : "old" }), failed),
      ["no client was answered by new"],
    ],
    [
      "one request failed",
      facts((_, i) => ({ ...old(), outcome: i === 5 ? "reset" : "ok" }), failed),
      [says.noFailure],
    ],
    ["another version holds the traffic", facts(() => ({ version: "other" }), failed), [says.holdsOld]],
  ];
  for (const [what, given, claims] of cases) {
    it(`is touched when ${what}`, () => {
      const verdict = judgeUntouched(given);
      assert.deepEqual([verdict.outcome, verdict.asExpected, broken(verdict)], ["touched", false, claims]);
    });
  }
});

describe("the verdict on a scenario", () => {
  const safe = judgeGood(facts(good, release("Succeeded", false)));

  it("is as expected when each release was, and there was one", () => {
    assert.equal(judgeScenario([safe, safe]).asExpected, true);
    assert.equal(judgeScenario([safe, { ...safe, asExpected: false }]).asExpected, false);
    assert.equal(judgeScenario([]).asExpected, false);
  });

  it("takes on further claims", () => {
    const claim = { claim: "the failing command is in the result", evidence: "npm test" };
    assert.equal(withClaims(safe, [{ ...claim, holds: true }]).asExpected, true);
    const verdict = withClaims(safe, [{ ...claim, holds: false }]);
    assert.equal(verdict.asExpected, false);
    assert.deepEqual(broken(verdict), [claim.claim]);
  });
});
