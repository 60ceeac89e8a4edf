import assert from "node:assert/strict";
import fs from "node:fs/promises";
import path from "node:path";
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import * as tar from "tar-stream";
import { pack, unpack } from "./archive";
import { folderOf } from "./testing";

describe("layers as archives", () => {
  let work: string;
  beforeEach(async () => void (work = await folderOf({})));
  afterEach(() => fs.rm(work, { recursive: true, force: true }));

  const content = { "app/main.js": "1", "app/z/y": "x".repeat(100_000), a: "" };

  it("have the same bytes for the same content, whenever it was written", async () => {
    const [one, two] = [
      await folderOf(content),
      await folderOf(Object.fromEntries(Object.entries(content).reverse())),
    ];
    await fs.utimes(path.join(one, "a"), 1, 1);
    const first = await pack(one, ["gone"], path.join(work, "1"));
    const second = await pack(two, ["gone"], path.join(work, "2"));
    assert.equal(first.digest, second.digest);
    assert.equal(first.size, (await fs.stat(first.file)).size);
    await fs.writeFile(path.join(two, "a"), "b");
    assert.notEqual((await pack(two, ["gone"], path.join(work, "3"))).digest, first.digest);
    for (const folder of [one, two]) await fs.rm(folder, { recursive: true });
  });

  it("give back files, links, modes and what they take away", async () => {
    const folder = await folderOf(content);
    await fs.chmod(path.join(folder, "app/main.js"), 0o755);
    await fs.symlink("main.js", path.join(folder, "app/link"));
    const { file, diffId } = await pack(folder, ["app/old", "top"], path.join(work, "1"));
    const back = path.join(work, "back");
    const unpacked = await unpack(file, back);
    assert.deepEqual(unpacked, { removed: ["top", "app/old"], diffId });
    assert.equal(await fs.readFile(path.join(back, "app/z/y"), "utf8"), content["app/z/y"]);
    assert.equal(await fs.readlink(path.join(back, "app/link")), "main.js");
    assert.equal((await fs.stat(path.join(back, "app/main.js"))).mode & 0o777, 0o755);
    assert.equal((await fs.stat(path.join(back, "a"))).size, 0);
    await fs.rm(folder, { recursive: true });
  });

  const bad: [what: string, entries: tar.Header[], message: RegExp][] = [
    ["climbs out", [{ name: "../x" } as tar.Header], /leaves the image/],
    ["is absolute", [{ name: "/x" } as tar.Header], /leaves the image/],
    [
      "goes through a link",
      [{ name: "l", type: "symlink", linkname: "/tmp" } as tar.Header, { name: "l/x" } as tar.Header],
      /goes through the link l/,
    ],
    ["is a device", [{ name: "d", type: "character-device" } as tar.Header], /character-device/],
  ];
  for (const [what, entries, message] of bad) {
    it(`are refused when an entry ${what}`, async () => {
      const archive = tar.pack();
      for (const entry of entries) archive.entry(entry, "");
      archive.finalize();
      const file = path.join(work, "bad.tar.gz");
      await pipeline(archive, createGzip(), createWriteStream(file));
      await assert.rejects(unpack(file, path.join(work, "out")), message);
    });
  }
});
