import assert from "node:assert/strict";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { SourceHost } from "../local-aws/codepipeline/sources";
import { edited, push, versionOf } from "./commits";

const tree = zipSync({ "src/a.ts": strToU8("one\ntwo\n"), "README.md": strToU8("# a\n") });
const textOf = (zip: Uint8Array, file: string) => strFromU8(unzipSync(zip)[file] ?? new Uint8Array());

describe("a rehearsed commit", () => {
  it("changes what its edits say, to the letter, and nothing else", () => {
    const changed = edited(tree, [{ file: "src/a.ts", find: "two", replace: "$& $1" }]);
    assert.equal(textOf(changed, "src/a.ts"), "one\n$& $1\n");
    assert.equal(textOf(changed, "README.md"), "# a\n");
  });

  it("refuses an edit that does not fit", () => {
    assert.throws(() => edited(tree, [{ file: "src/b.ts", find: "x", replace: "y" }]), {
      message: "the fault changes src/b.ts, which is not there",
    });
    for (const find of ["three", "o"]) {
      assert.throws(() => edited(tree, [{ file: "src/a.ts", find, replace: "y" }]), {
        message: `the fault replaces "${find}" in src/a.ts, where it is not exactly once`,
      });
    }
  });

  it("has an id of its own, even for the same tree, and tells what it changed", async () => {
    const sources = new SourceHost();
    const repository = { repository: "a/b", branch: "main" };
    const changes: (readonly string[])[] = [];
    sources.onPush((commit) => changes.push(commit.changedPaths));
    const first = await push(sources, repository, "first", tree);
    const second = await push(
      sources,
      repository,
      "second",
      edited(tree, [{ file: "README.md", find: "a", replace: "b" }]),
    );
    assert.notEqual(first, second);
    assert.equal(sources.head("a/b", "main")?.commitId, second);
    assert.deepEqual(changes, [["README.md", "src/a.ts"], ["README.md"]]);
    assert.equal(versionOf(second), second.slice(0, 12));
  });
});
