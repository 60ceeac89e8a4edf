import assert from "node:assert/strict";
import { faultKinds, parseFault } from "../../local-aws/core/faults";
import type { ReleaseOutcome } from "../../rehearsal/outcome";
import { faultPage, tabledFaults } from "./fault-table";
import type { Trial } from "./outcomes";

describe("the page of faults", () => {
  const trial = (release: string, outcome: ReleaseOutcome): Trial => ({
    service: "quiz",
    environment: "prod",
    release,
    version: "v",
    outcome,
    asExpected: true,
    reason: "",
    requests: 1,
    failures: 0,
  });
  const rowOf = (page: string, fault: string) =>
    page.split("\n").find((line) => line.startsWith(`| ${fault} `));
  const row = (fault: string, ...outcomes: ReleaseOutcome[]) =>
    rowOf(
      faultPage(
        outcomes.map((one) => trial(fault, one)),
        [],
        "x",
      ),
      fault,
    );

  it("has every kind once", () => {
    assert.deepEqual(
      tabledFaults.map(({ fault }) => parseFault(fault).kind),
      faultKinds.map(({ kind }) => kind),
    );
  });

  it("says what came, what is right, and where they differ", () => {
    assert.equal(row("5xx 5%", "contained"), "| 5xx 5% | quiz | contained (1 of 1) | must not stay | – |");
    assert.equal(
      row("reset 5%", "not safe", "contained"),
      "| reset 5% | quiz | not safe (1 of 2), contained (1 of 2) | must not stay | no alarm saw it; the verdict did |",
    );
    assert.match(
      row("latency 1000 ms", "safe") ?? "",
      /\*\*gap: neither an alarm nor the verdict saw it\*\*/,
    );
    assert.match(row("ignores SIGTERM", "contained") ?? "", /good, and taken back/);
    assert.match(row("ignores SIGTERM", "safe") ?? "", /\| safe \(1 of 1\) \| safe \| – \|/);
    assert.match(row("exit after 60 seconds", "not judged") ?? "", /nobody can say/);
  });

  it("names what could not be tried", () => {
    const page = faultPage([], [{ service: "quiz", fault: "out of memory", why: "it needs\nDocker" }], "x");
    assert.equal(
      rowOf(page, "out of memory"),
      "| out of memory | quiz | not tried: it needs Docker | must not stay | – |",
    );
    assert.equal(rowOf(page, "5xx 5%"), "| 5xx 5% | quiz | not tried | must not stay | – |");
  });
});
