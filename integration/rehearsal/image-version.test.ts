import assert from "node:assert/strict";
import { withNames } from "./image-version";
import { requestAt } from "./traffic/recording";
import { recordingOf } from "./traffic/testing";

describe("versions that the load balancer named", () => {
  it("count as the releases' own", () => {
    const versions = ["new", "0123456789ab", "", "old"];
    const recording = recordingOf(4, (i) => ({ version: versions[i] }));
    const named = withNames(recording, new Map([["0123456789ab", "new"]]));
    assert.deepEqual(
      [0, 1, 2, 3].map((i) => requestAt(named, i).version),
      ["new", "new", "", "old"],
    );
  });
});
