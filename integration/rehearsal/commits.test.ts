import assert from "node:assert/strict";
import { strFromU8, strToU8, unzipSync } from "fflate";
import { SourceHost } from "../local-aws/codepipeline/sources";
import { Branch, versionOf } from "./commits";

const file = (text: string, mode = 0o100644) => ({ data: strToU8(text), mode });
const tree = {
  "services/a/main.py": file("print(1)\n"),
  "services/a/old.py": file(""),
  "services/b/run": file("#!/bin/sh\n", 0o100755),
  "README.md": file("# a\n"),
};
const repository = { repository: "a/b", branch: "main" };

function branch() {
  const sources = new SourceHost();
  const heard: (readonly string[])[] = [];
  sources.onPush((commit) => heard.push(commit.changedPaths));
  const files = () => unzipSync(sources.head("a/b", "main")?.zip ?? new Uint8Array());
  return { sources, heard, files, branch: new Branch(sources, repository, tree) };
}

describe("the rehearsed branch", () => {
  it("has the working tree from the start, which starts nothing", async () => {
    const { branch: it, sources, heard } = branch();
    const first = await it.commit({ directory: "services/a", message: "first" });
    assert.deepEqual(heard, [["services/a/.greenroom-rehearsal"]]);
    assert.equal(sources.head("a/b", "main")?.commitId, first);
    assert.equal(versionOf(first), first.slice(0, 12));
  });

  it("makes of the working tree what a commit says, and the service's next one starts from the working tree again", async () => {
    const { branch: it, heard, files } = branch();
    const change = { "services/a/main.py": file("print(2)\n"), "services/a/old.py": undefined };
    await it.commit({ directory: "services/a", message: "bad", change });
    assert.equal(strFromU8(files()["services/a/main.py"] ?? new Uint8Array()), "print(2)\n");
    assert.ok(!("services/a/old.py" in files()));
    await it.commit({ directory: "services/a", message: "mended" });
    assert.equal(strFromU8(files()["services/a/main.py"] ?? new Uint8Array()), "print(1)\n");
    const touched = ["services/a/.greenroom-rehearsal", "services/a/main.py", "services/a/old.py"];
    assert.deepEqual(heard, [touched, touched]);
  });

  it("starts no other service's pipeline, whatever the other one has changed before", async () => {
    const { branch: it, heard } = branch();
    const change = { "services/a/main.py": file("print(2)\n") };
    await Promise.all([
      it.commit({ directory: "services/a", message: "bad", change }),
      it.commit({ directory: "services/b", message: "good" }),
    ]);
    assert.deepEqual(heard[1], ["services/b/.greenroom-rehearsal"]);
  });

  it("makes a new commit of the same change, and keeps what is executable so", async () => {
    const { branch: it, sources } = branch();
    const ids = [
      await it.commit({ directory: "services/b", message: "again" }),
      await it.commit({ directory: "services/b", message: "again" }),
    ];
    assert.notEqual(ids[0], ids[1]);
    const zip = Buffer.from(sources.head("a/b", "main")?.zip ?? []);
    // The external attributes of the central directory's entry, 8 bytes before its name.
    const at = zip.lastIndexOf("services/b/run") - 8;
    assert.equal(zip.readUInt32LE(at) >>> 16, 0o100755);
  });

  it("brings another working tree with the next commit", async () => {
    const { branch: it, heard } = branch();
    await it.commit({ directory: "services/a", message: "first" });
    it.take({ ...tree, "services/a/main.py": file("print(3)\n") });
    await it.commit({ directory: "services/a", message: "second" });
    assert.deepEqual(heard[1], ["services/a/.greenroom-rehearsal", "services/a/main.py"]);
  });
});
