import assert from "node:assert/strict";
import { minutes } from "../local-aws/core/clock";
import type { RehearsalResult } from "../rehearsal/model";
import { knownScenarios } from "../rehearsal/scenarios";
import { rehearsalJob } from "./ci/job";

/** The whole product, once: every scenario on one local AWS, under clients that never stop, as a CI job runs it. */
describe("the scenarios", function () {
  this.timeout(660_000);
  let result: RehearsalResult | undefined;
  let code: number | undefined;
  before(async () => ({ result, code } = await rehearsalJob()));

  for (const { id, title } of knownScenarios()) {
    it(`${id}: ${title}`, () => {
      const played = result?.scenarios.find((one) => one.id === id);
      assert.ok(
        played,
        `it was not played: the job ended with exit code ${code}; its output is in integration/test/ci`,
      );
      assert.equal(played.couldNotRun, undefined);
      const broken = (played.verdict?.releases ?? []).flatMap(
        ({ environment, version, outcome, asExpected, claims }) =>
          asExpected ? [] : [{ environment, version, outcome, broken: claims.filter(({ holds }) => !holds) }],
      );
      assert.deepEqual(broken, []);
      assert.equal(played.verdict?.asExpected, true);
    });
  }

  it("predict what AWS would take: an hour and more for a hook that never reports", () => {
    const played = result?.scenarios.find(({ id }) => id === "hook-silent");
    const predicted = played?.releases
      .filter(({ status }) => status === "Failed")
      .map((one) => one.predictedAwsMs);
    assert.ok(predicted?.length === 1 && Number(predicted[0]) > minutes(60), `${predicted}`);
  });
});
