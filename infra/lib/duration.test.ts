import assert from "node:assert/strict";
import { type Duration, isDuration, toMinutes, toSeconds } from "./duration";

describe("duration", () => {
  it("reads whole numbers of every unit", () => {
    assert.deepEqual(
      (["1 second", "30 seconds", "1 minute", "5 minutes", "2 hours", "14 days", "0 minutes"] as const).map(
        toSeconds,
      ),
      [1, 30, 60, 300, 7200, 1_209_600, 0],
    );
  });

  it("gives minutes only if they are whole", () => {
    assert.equal(toMinutes("2 hours"), 120);
    assert.throws(() => toMinutes("90 seconds"), {
      message: '"90 seconds" is not a whole number of minutes',
    });
  });

  it("refuses what is not a time", () => {
    for (const text of [
      "5",
      "5 min",
      "five minutes",
      "1.5 minutes",
      "-1 minutes",
      "5  minutes",
      "5 minutes ",
    ]) {
      assert.equal(isDuration(text), false, text);
      assert.throws(() => toSeconds(text as Duration), /is not a time: write for example "30 seconds"/);
    }
  });
});
