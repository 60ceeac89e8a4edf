import assert from "node:assert/strict";
import { paceWarning, usualRatePerSecond, usualSpeed } from "./pace";

describe("the pace of a rehearsal", () => {
  it("is no reason for a warning, as it usually is", () => {
    assert.equal(paceWarning(usualSpeed, usualRatePerSecond), undefined);
    assert.equal(paceWarning(40, 20), undefined);
  });

  it("is one when an alarm would hear of too little, with the speed that would do", () => {
    assert.match(
      paceWarning(100, 20) ?? "",
      /^in a minute of AWS only 12 requests come to each environment: .*; --speed 40 or less/,
    );
    assert.match(paceWarning(3, 1) ?? "", /--speed 2 or less/);
  });
});
