import assert from "node:assert/strict";
import type { LocalAws } from "../local-aws/local-aws";
import { Faults } from "../local-aws/core/faults";
import { checkRuns, type Prepared } from "./prepare";
import { faultScenario } from "./scenarios/incident";

describe("what was prepared", () => {
  it("is refused before stacks are brought up, where a fault of it cannot be had", () => {
    const plan = { rehearsed: ["quiz"], standing: [], notRehearsed: [] };
    const prepared = (fault: string): Prepared => ({
      plan,
      scenarios: new Map([["quiz", [faultScenario(fault)]]]),
      notPlayed: [],
      tree: {},
    });
    const faults = new Faults();
    faults.cannot = () => "it needs Docker";
    const local = { containers: { runtime: "docker" }, faults } as unknown as LocalAws;
    assert.throws(
      () => checkRuns(prepared("out of memory"), local),
      /"out of memory" cannot be had here: it needs Docker/,
    );
    checkRuns(prepared("5xx 5%"), local);
  });
});
