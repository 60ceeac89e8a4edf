import assert from "node:assert/strict";
import { PullProgress } from "./pull-progress";

describe("the progress of a pull", () => {
  it("is nothing until the registry has said which layers there are", () => {
    const progress = new PullProgress();
    progress.take({ status: "Pulling from docker/library/node", id: "22-alpine" });
    assert.equal(progress.text, "");
  });

  it("counts layers that are unpacked or were there, and the bytes of all", () => {
    const progress = new PullProgress();
    const downloading = (id: string, current: number) => ({
      status: "Downloading",
      id,
      progressDetail: { current, total: 90_000_000 },
    });
    for (const id of ["a", "b"]) progress.take({ status: "Pulling fs layer", id, progressDetail: {} });
    progress.take({ status: "Already exists", id: "c" });
    assert.equal(progress.text, "1 of 3 layers, 0 MB");
    progress.take(downloading("a", 20_000_000));
    progress.take(downloading("a", 40_000_000));
    progress.take(downloading("b", 2_400_000));
    // What is unpacked is counted from the beginning once more.
    progress.take({ status: "Extracting", id: "a", progressDetail: { current: 1, total: 90_000_000 } });
    assert.equal(progress.text, "1 of 3 layers, 42 MB");
    progress.take({ status: "Pull complete", id: "a", progressDetail: {} });
    progress.take({ status: "Digest: sha256:0" });
    assert.equal(progress.text, "2 of 3 layers, 42 MB");
  });
});
