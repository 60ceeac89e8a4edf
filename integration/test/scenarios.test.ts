import assert from "node:assert/strict";
import { bringUp, type BroughtUp } from "../rehearsal/bring-up";
import { progressOn } from "../rehearsal/progress";
import type { RehearsalResult } from "../rehearsal/model";
import { runScenarios } from "../rehearsal/run";
import { scenarios } from "../rehearsal/scenarios";

/** The whole product, once: every scenario on one local AWS, under clients that never stop. */
describe("the scenarios", function () {
  this.timeout(300_000);
  let broughtUp: BroughtUp | undefined;
  let result: RehearsalResult | undefined;

  before(async () => {
    const progress = progressOn();
    try {
      // Twice as fast as usual, since a silent hook takes an hour.
      broughtUp = await bringUp({ speed: 200, port: 0, progress });
      result = await runScenarios({ broughtUp, scenarios, ratePerSecond: 200, progress });
    } finally {
      progress.close();
    }
  });
  after(() => broughtUp?.close());

  for (const { id, title } of scenarios) {
    it(`${id}: ${title}`, () => {
      const played = result?.scenarios.find((one) => one.id === id);
      assert.ok(played, "it was not played");
      assert.equal(played.couldNotRun, undefined);
      const broken = (played.verdict?.releases ?? []).flatMap(
        ({ environment, version, outcome, asExpected, claims }) =>
          asExpected ? [] : [{ environment, version, outcome, broken: claims.filter(({ holds }) => !holds) }],
      );
      assert.deepEqual(broken, []);
      assert.equal(played.verdict?.asExpected, true);
    });
  }
});
