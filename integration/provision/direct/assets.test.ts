import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { asset } from "@pulumi/pulumi";
import { strFromU8, unzipSync } from "fflate";
import { archiveBytes, assetBytes } from "./assets";

describe("assets", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "greenroom-assets-"));
    mkdirSync(path.join(folder, "lib"));
    writeFileSync(path.join(folder, "lib", "b.txt"), "b");
    writeFileSync(path.join(folder, "a.txt"), "a");
  });
  after(() => rmSync(folder, { recursive: true }));

  const textsOf = (zip: Uint8Array) =>
    Object.fromEntries(Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, strFromU8(bytes)]));

  it("become zip files with folders and archives inside", async () => {
    const archive = new asset.AssetArchive({
      "index.js": new asset.StringAsset("exports"),
      more: new asset.FileArchive(folder),
      one: new asset.FileAsset(path.join(folder, "a.txt")),
    });
    assert.deepEqual(textsOf(await archiveBytes(archive)), {
      "index.js": "exports",
      "more/a.txt": "a",
      "more/lib/b.txt": "b",
      one: "a",
    });
  });

  it("with the same contents are the same bytes, in whatever order they were named", async () => {
    const [a, b] = [new asset.StringAsset("1"), new asset.StringAsset("2")];
    const first = await archiveBytes(new asset.AssetArchive({ a, b }));
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(await archiveBytes(new asset.AssetArchive({ b, a })), first);
  });

  it("that are a zip file already are taken as they are", async () => {
    const file = path.join(folder, "x.zip");
    writeFileSync(file, "PK");
    assert.equal(String(await archiveBytes(new asset.FileArchive(file))), "PK");
    rmSync(file);
  });

  it("from elsewhere are refused", async () => {
    await assert.rejects(
      assetBytes(new asset.RemoteAsset("https://example.com")),
      /only StringAsset, FileAsset/,
    );
  });
});
