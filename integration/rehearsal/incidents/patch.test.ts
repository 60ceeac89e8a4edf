import assert from "node:assert/strict";
import type { Tree } from "../../local-aws/codepipeline/tree";
import { patched, PatchError } from "./patch";

const file = (text: string, mode = 0o100644) => ({ data: Buffer.from(text), mode });
const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}\n`).join("");
const tree: Tree = {
  "src/a.txt": file(lines(1, 20)),
  "src/crlf.txt": file("one\r\ntwo\r\n"),
  "src/end.txt": file("no newline"),
  "run.sh": file("#!/bin/sh\n"),
};

const patches = {
  "a line, further down than it says": `--- a/src/a.txt
+++ b/src/a.txt
@@ -2,3 +2,3 @@
 line 9
-line 10
+line ten
 line 11
`,
  "two hunks": `diff --git a/src/a.txt b/src/a.txt
index 1111111..2222222 100644
--- a/src/a.txt
+++ b/src/a.txt
@@ -1,4 +1,5 @@
+line 0
 line 1
 line 2
 line 3
 line 4
@@ -17,4 +18,3 @@
 line 17
 line 18
 line 19
-line 20
`,
  "a new file, and one that goes": `diff --git a/src/new.txt b/src/new.txt
new file mode 100755
--- /dev/null
+++ b/src/new.txt
@@ -0,0 +1 @@
+new
diff --git a/run.sh b/run.sh
deleted file mode 100644
--- a/run.sh
+++ /dev/null
@@ -1 +0,0 @@
-#!/bin/sh
`,
  "a renamed file": `diff --git a/src/a.txt b/src/b.txt
similarity index 90%
rename from src/a.txt
rename to src/b.txt
--- a/src/a.txt
+++ b/src/b.txt
@@ -1,4 +1,4 @@
-line 1
+line one
 line 2
 line 3
 line 4
`,
  "an executable bit": `diff --git a/run.sh b/run.sh
old mode 100644
new mode 100755
`,
  "a file without a newline at its end": `--- a/src/end.txt
+++ b/src/end.txt
@@ -1 +1 @@
-no newline
\\ No newline at end of file
+now there is one
`,
};

/** Where there is no git. */
async function withoutGit<T>(work: () => Promise<T>): Promise<T> {
  const before = process.env.PATH;
  process.env.PATH = "/nowhere";
  try {
    return await work();
  } finally {
    process.env.PATH = before;
  }
}

const shown = (change: Awaited<ReturnType<typeof patched>>) =>
  Object.fromEntries(
    Object.entries(change)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, is]) => [name, is && [Buffer.from(is.data).toString(), (is.mode & 0o111) !== 0]]),
  );

describe("an incident's patch", () => {
  for (const [what, patch] of Object.entries(patches)) {
    it(`makes the same of the tree with git and without: ${what}`, async () => {
      const [git, hand] = [
        await patched(tree, patch, "x"),
        await withoutGit(() => patched(tree, patch, "x")),
      ];
      assert.deepEqual(shown(git), shown(hand));
      assert.ok(Object.keys(git).length > 0);
    });
  }

  it("changes what it says", async () => {
    const change = await patched(tree, patches["a line, further down than it says"], "x");
    const expected = lines(1, 20).replace("line 10\n", "line ten\n");
    assert.deepEqual(shown(change), { "src/a.txt": [expected, false] });
    assert.deepEqual(shown(await patched(tree, patches["an executable bit"], "x")), {
      "run.sh": ["#!/bin/sh\n", true],
    });
  });

  it("names file and hunk when it no longer applies, and says what to do", async () => {
    const stale = patches["two hunks"].replace("-line 20", "-line twenty");
    for (const how of [patched(tree, stale, "c.patch"), withoutGit(() => patched(tree, stale, "c.patch"))])
      await assert.rejects(
        how,
        /^PatchError: c\.patch: hunk 2 \(@@ -17,4 \+18,3 @@\) no longer applies to src\/a\.txt; make the change in the working tree again, write it with "git diff > c\.patch"/,
      );
  });

  for (const [what, patch, message] of [
    ["context that differs by a space", patches["two hunks"].replace(" line 2\n", " line  2\n"), /hunk 1/],
    ["line ends that differ", patches["two hunks"].replaceAll("a.txt", "crlf.txt"), /hunk 1/],
    [
      "a file that is not there",
      patches["two hunks"].replaceAll("a.txt", "z.txt"),
      /src\/z\.txt is not there/,
    ],
    [
      "a new file that is there",
      patches["a new file, and one that goes"].replaceAll("new.txt", "a.txt"),
      /src\/a\.txt is there already/,
    ],
    [
      "a path outside",
      patches["two hunks"].replaceAll("src/a.txt", "../../etc/a"),
      /\.\.\/\.\.\/etc\/a is not a path below/,
    ],
    ["no patch", "hello\n", /x is no unified diff: it names no file; write it with git diff/],
    [
      "half a patch",
      "--- a/src/a.txt\n+++ b/src/a.txt\n@@ -1,9 +1,9 @@\n-line 1\n",
      /x is no unified diff: /,
    ],
    [
      "what git takes for garbage",
      patches["two hunks"].replace("--- a/", "-stale-- a/"),
      /x: error: .*; make the change in the working tree again/,
    ],
    [
      "something binary",
      "diff --git a/src/a.txt b/src/a.txt\nindex 1..2 100644\nBinary files a/src/a.txt and b/src/a.txt differ\n",
      /src\/a\.txt is binary/,
    ],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      await assert.rejects(patched(tree, patch, "x"), (error) => {
        assert.ok(error instanceof PatchError);
        assert.match(error.message, message);
        return true;
      });
    });
  }
});
