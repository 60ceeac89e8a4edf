import assert from "node:assert/strict";
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { strToU8, zipSync } from "fflate";
import { extract, pack } from "./archive";
import { globToRegExp } from "../core/glob";
import { filesUnder } from "./glob";

describe("archives of sources and artifacts", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "codebuild-archive-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("keeps modes and links, and is the same for the same files", async () => {
    const [from, to] = [path.join(folder, "from"), path.join(folder, "to")];
    await mkdir(path.join(from, "bin"), { recursive: true });
    await mkdir(to);
    await writeFile(path.join(from, "bin/run"), "#!/bin/sh\n");
    await chmod(path.join(from, "bin/run"), 0o755);
    await writeFile(path.join(from, "a.txt"), "a");
    await symlink("a.txt", path.join(from, "link"));
    const named = (names: string[]) => names.map((name) => ({ name, path: path.join(from, name) }));
    const zip = await pack(named(["link", "bin/run", "a.txt"]), true);
    assert.deepEqual(await pack(named(["a.txt", "bin/run", "link"]), true), zip);
    await extract(zip, to);
    assert.deepEqual((await readdir(to)).sort(), ["a.txt", "bin", "link"]);
    assert.equal((await stat(path.join(to, "bin/run"))).mode & 0o777, 0o755);
    assert.equal((await stat(path.join(to, "a.txt"))).mode & 0o777, 0o644);
    assert.equal(await readlink(path.join(to, "link")), "a.txt");
  });

  it("packs what a link points at when links are not kept", async () => {
    await writeFile(path.join(folder, "a.txt"), "a");
    await symlink("a.txt", path.join(folder, "link"));
    const zip = await pack([{ name: "link", path: path.join(folder, "link") }], false);
    const to = path.join(folder, "to");
    await mkdir(to);
    await extract(zip, to);
    assert.equal((await lstat(path.join(to, "link"))).isFile(), true);
    assert.equal(await readFile(path.join(to, "link"), "utf8"), "a");
  });

  const link = (target: string) => [strToU8(target), { os: 3, attrs: (0o120777 << 16) >>> 0 }] as const;
  const escapes: [what: string, zip: Uint8Array, entry: string][] = [
    ["by its name", zipSync({ "../evil": strToU8("x") }), "../evil"],
    ["by an absolute name", zipSync({ "/tmp/evil": strToU8("x") }), "/tmp/evil"],
    ["by a link", zipSync({ link: [...link("../..")] }), "link -> ../.."],
  ];
  for (const [what, zip, entry] of escapes) {
    it(`refuses an entry that leaves the folder ${what}, and writes nothing`, async () => {
      const to = path.join(folder, "to");
      await mkdir(to);
      await assert.rejects(extract(zip, to), {
        message: `the source's zip has an entry outside of its own folder: ${entry}`,
      });
      assert.deepEqual(await readdir(to), []);
      assert.deepEqual(await readdir(folder), ["to"]);
    });
  }

  it("refuses an entry behind a link", async () => {
    const zip = zipSync({ "x/y/l": [...link("../../a")], "x/y/l/m": [...link("../../..")] });
    await assert.rejects(extract(zip, folder), {
      message: "the source's zip has an entry behind a link: x/y/l/m",
    });
    assert.deepEqual(await readdir(folder), []);
  });

  it("says so when the source is no zip", async () => {
    await assert.rejects(extract(strToU8("hello"), folder), {
      message: "the source is not a zip: invalid zip data",
    });
  });

  it("lists files through links without going round in circles", async () => {
    await mkdir(path.join(folder, "a"));
    await writeFile(path.join(folder, "a/.hidden"), "");
    await symlink("..", path.join(folder, "a/up"));
    await symlink("missing", path.join(folder, "broken"));
    assert.deepEqual(await filesUnder(folder), ["a/.hidden"]);
  });

  for (const [pattern, matches, misses] of [
    ["**/*", ["a", "a/b", ".git/x"], []],
    ["dist/*", ["dist/a.js"], ["dist/b/c.js", "a.js"]],
    ["dist/**/*", ["dist/a.js", "dist/b/c.js"], ["distx"]],
    ["*.js", ["a.js"], ["b/a.js", "axjs"]],
    ["**/*.js", ["a.js", "b/a.js"], ["a.ts"]],
    ["v?.[0-9]", ["v1.2"], ["v1.x", "v12.2"]],
    ["a+(b).json", ["a+(b).json"], ["aab.json"]],
  ] as [string, string[], string[]][]) {
    it(`${pattern} matches as in a buildspec`, () => {
      const expression = globToRegExp(pattern, { braces: false });
      for (const name of matches) assert.match(name, expression);
      for (const name of misses) assert.doesNotMatch(name, expression);
    });
  }
});
