import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { ECRClient } from "@aws-sdk/client-ecr";
import { copyImage } from "./copy-image";
import { type Answers, type Call, fakeClient, serviceError } from "./fake-client";

const sha256 = (content: string | Uint8Array) =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`;
const blobs = ["the config", "layer one is longer than a part", "layer two"].map((text) => Buffer.from(text));
const [config, first, second] = blobs.map(sha256) as [string, string, string];
const manifest = JSON.stringify({
  config: { digest: config },
  layers: [{ digest: first }, { digest: second }],
});
const digest = sha256(manifest);
const mediaType = "application/vnd.oci.image.manifest.v1+json";

/** As a network gives it: in pieces that know nothing of parts. */
async function* chunks(blob: Buffer) {
  for (let at = 0; at < blob.length; at += 7) yield await Promise.resolve(blob.subarray(at, at + 7));
}

/** A registry with one image, whose layers can be downloaded, and one that is empty; parts have 10 bytes. */
function registries(target: Answers = {}, source: Answers = {}) {
  const manifests = new Map([[digest, manifest]]);
  const sent: Call[] = [];
  const from = fakeClient<ECRClient>({
    BatchGetImage: ({ imageIds }: { imageIds: { imageDigest: string }[] }) => ({
      images: imageIds
        .filter((id) => manifests.has(id.imageDigest))
        .map((id) => ({ imageManifest: manifests.get(id.imageDigest), imageManifestMediaType: mediaType })),
    }),
    GetDownloadUrlForLayer: ({ layerDigest }: { layerDigest: string }) => ({ downloadUrl: layerDigest }),
    ...source,
  });
  const to = fakeClient<ECRClient>(
    {
      BatchCheckLayerAvailability: ({ layerDigests }: { layerDigests: string[] }) => ({
        layers: layerDigests.map((layerDigest) => ({ layerDigest, layerAvailability: "UNAVAILABLE" })),
      }),
      InitiateLayerUpload: () => ({ uploadId: "upload-1", partSize: 10 }),
      UploadLayerPart: () => ({}),
      CompleteLayerUpload: () => ({}),
      PutImage: ({ imageDigest }: { imageDigest: string }) => ({ image: { imageId: { imageDigest } } }),
      ...target,
    },
    sent,
  );
  const copy = (of = digest) =>
    copyImage(
      { ecr: from, repositoryName: "staging" },
      { ecr: to, repositoryName: "prod" },
      of,
      "v1",
      (url) =>
        Promise.resolve(
          chunks(blobs.find((content) => sha256(content) === url) ?? Buffer.from("something else")),
        ),
    );
  const commands = () => sent.map(({ command }) => command);
  return { copy, sent, commands, manifests };
}

const available = (...digests: string[]) => ({
  layers: digests.map((layerDigest) => ({ layerDigest, layerAvailability: "AVAILABLE" })),
});

describe("copyImage", () => {
  it("sends every layer in parts of the asked size, then the very manifest", async () => {
    const { copy, sent } = registries();
    await copy();
    const uploaded = new Map<string, Buffer[]>();
    let parts: Buffer[] = [];
    for (const { command, input } of sent) {
      if (command === "InitiateLayerUpload") parts = [];
      if (command === "UploadLayerPart") {
        const part = Buffer.from(input["layerPartBlob"] as Uint8Array);
        const before = Buffer.concat(parts).length;
        assert.deepEqual([input["partFirstByte"], input["partLastByte"]], [before, before + part.length - 1]);
        assert.ok(part.length <= 10);
        parts.push(part);
      }
      if (command === "CompleteLayerUpload") uploaded.set(String(input["layerDigests"]), parts);
    }
    assert.deepEqual(
      [...uploaded].map(([layer, content]) => [layer, Buffer.concat(content).toString()]),
      [
        [first, "layer one is longer than a part"],
        [second, "layer two"],
        [config, "the config"],
      ],
    );
    assert.deepEqual(
      uploaded.get(first)?.map((part) => part.length),
      [10, 10, 10, 1],
    );
    assert.deepEqual(sent.at(-1), {
      command: "PutImage",
      input: {
        repositoryName: "prod",
        imageManifest: manifest,
        imageManifestMediaType: mediaType,
        imageDigest: digest,
        imageTag: "v1",
      },
    });
  });

  it("does not send layers that are there", async () => {
    const { copy, commands, sent } = registries({
      BatchCheckLayerAvailability: () => available(config, first),
    });
    await copy();
    assert.equal(commands().filter((command) => command === "InitiateLayerUpload").length, 1);
    const completed = sent.find(({ command }) => command === "CompleteLayerUpload");
    assert.deepEqual(completed?.input["layerDigests"], [second]);
  });

  it("copies the platforms of an index before the index, and tags the index only", async () => {
    const { copy, sent, manifests } = registries({
      BatchCheckLayerAvailability: () => available(config, first, second),
    });
    const index = JSON.stringify({ manifests: [{ digest }] });
    manifests.set(sha256(index), index);
    await copy(sha256(index));
    assert.deepEqual(
      sent
        .filter(({ command }) => command === "PutImage")
        .map(({ input }) => [input["imageDigest"], input["imageTag"]]),
      [
        [digest, undefined],
        [sha256(index), "v1"],
      ],
    );
  });

  it("takes a repetition for success", async () => {
    const already = registries({
      BatchCheckLayerAvailability: () => available(config, first, second),
      PutImage: () => {
        throw serviceError("ImageAlreadyExistsException");
      },
    });
    await already.copy();
    assert.deepEqual(already.commands(), ["BatchCheckLayerAvailability", "PutImage"]);

    const raced = registries({
      CompleteLayerUpload: () => {
        throw serviceError("LayerAlreadyExistsException");
      },
    });
    await raced.copy();

    const tagged = registries({
      PutImage: () => {
        throw serviceError("ImageTagAlreadyExistsException");
      },
      BatchGetImage: () => ({ images: [{ imageId: { imageDigest: digest, imageTag: "v1" } }] }),
    });
    await tagged.copy();
  });

  it("refuses to move a tag", async () => {
    const { copy } = registries({
      PutImage: () => {
        throw serviceError("ImageTagAlreadyExistsException");
      },
      BatchGetImage: () => ({ images: [{ imageId: { imageDigest: "sha256:0" } }] }),
    });
    await assert.rejects(copy(), {
      message: `prod:v1 is sha256:0 already, and tags there never move; this release has ${digest}`,
    });
  });

  it("says when the image is not there", async () => {
    const missing = sha256("nothing");
    await assert.rejects(registries().copy(missing), { message: `staging has no image ${missing}` });
  });

  it("refuses a manifest, a layer or a copy with another digest", async () => {
    const otherManifest = registries({}, { BatchGetImage: () => ({ images: [{ imageManifest: "{}" }] }) });
    await assert.rejects(otherManifest.copy(), {
      message: `The manifest of staging@${digest} has the digest ${sha256("{}")} instead of ${digest}`,
    });
    assert.deepEqual(otherManifest.sent, []);

    const otherLayer = registries({}, { GetDownloadUrlForLayer: () => ({ downloadUrl: "other" }) });
    await assert.rejects(otherLayer.copy(), {
      message: `Layer ${first} of staging has the digest ${sha256("something else")} instead of ${first}`,
    });
    assert.ok(!otherLayer.commands().includes("CompleteLayerUpload"));

    const otherCopy = registries({ PutImage: () => ({ image: { imageId: { imageDigest: "sha256:1" } } }) });
    await assert.rejects(otherCopy.copy(), {
      message: `The copy in prod has the digest sha256:1 instead of ${digest}`,
    });
  });

  it("hands on every other error", async () => {
    const { copy } = registries({
      PutImage: () => {
        throw serviceError("RepositoryNotFoundException");
      },
    });
    await assert.rejects(copy(), { name: "RepositoryNotFoundException" });
  });
});
