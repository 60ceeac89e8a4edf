import assert from "node:assert/strict";
import { trialScenarios } from "./trials";

describe("what trials play", () => {
  const of = (options: Partial<Parameters<typeof trialScenarios>[0]>) =>
    trialScenarios({ faults: [], times: 2, seed: 1, ...options });

  it("is so many good releases, and each fault so often, under names of their own", () => {
    const { scenarios, faultOf } = of({ good: 2, faults: ["5xx 5%", "reset 5%"] });
    assert.deepEqual(
      scenarios.map((one) => [one.id, faultOf(one)]),
      [
        ["good-release-1", undefined],
        ["good-release-2", undefined],
        ["fault-1-1", "5xx 5%"],
        ["fault-1-2", "5xx 5%"],
        ["fault-2-1", "reset 5%"],
        ["fault-2-2", "reset 5%"],
      ],
    );
    assert.equal(scenarios[1]?.title, "A good release (2 of 2)");
  });

  it("is refused when it is no fault, too much, or nothing", () => {
    assert.throws(() => of({ faults: ["5xy 5%"] }), /^ServiceFileError: --fault: there is no fault "5xy 5%"/);
    assert.throws(
      () => of({ good: 59 }) && of({ good: 59, faults: ["5xx 5%"] }),
      /61 trials of each service are more than 60/,
    );
    assert.throws(() => of({ good: 0 }), /nothing is left to try/);
  });
});
