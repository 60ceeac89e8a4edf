import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import http from "node:http";
import { buffer } from "node:stream/consumers";
import * as sdk from "@aws-sdk/client-ecr";
import { request } from "undici";
import { Clock } from "../core/clock";
import { Events, type BusEvent } from "../core/events";
import { Gateway } from "../core/gateway";
import { ecr } from ".";

const digestOf = (data: string) => `sha256:${createHash("sha256").update(data).digest("hex")}`;

/** A base whose registry keeps blobs and manifests by host. */
class FakeBase {
  readonly stored = new Map<string, string>();
  readonly server = http.createServer((request, response) => {
    void this.answer(request, response);
  });

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://x");
    const host = request.headers.host ?? "";
    const body = (await buffer(request)).toString();
    const key = `${host}${pathname}`;
    if (request.headers["x-amz-target"]) {
      const { layerDigest } = JSON.parse(body) as { layerDigest: string };
      const downloadUrl = `https://111111111111.dkr.ecr.eu-west-1.amazonaws.com/v2/web/blobs/${layerDigest}`;
      response.end(JSON.stringify({ downloadUrl, layerDigest }));
    } else if (request.method === "POST")
      response.writeHead(202, { location: "/v2/web/blobs/uploads/1" }).end();
    else if (pathname.includes("/uploads/")) {
      this.stored.set(`${host}/v2/web/blobs/${searchParams.get("digest")}`, body);
      response.writeHead(201).end();
    } else if (request.method === "PUT" && pathname.endsWith("/taken")) {
      const errors = [{ code: "TAG_INVALID", message: "tag 'taken' is immutable" }];
      response.writeHead(400).end(JSON.stringify({ errors }));
    } else if (request.method === "PUT") {
      this.stored.set(key, body);
      response.writeHead(201).end();
    } else {
      const found = this.stored.get(key);
      response.writeHead(found === undefined ? 404 : 200).end(request.method === "HEAD" ? undefined : found);
    }
  }
}

describe("images through the ECR API", () => {
  const base = new FakeBase();
  const gateway = new Gateway(() => undefined);
  const host = "111111111111.dkr.ecr.eu-west-1.amazonaws.com";
  const repositoryName = "web";
  const told: BusEvent[] = [];
  let client: sdk.ECRClient;
  let endpoint: string;

  before(async () => {
    await new Promise<void>((resolve) => base.server.listen(0, "127.0.0.1", resolve));
    const address = base.server.address();
    assert.ok(address && typeof address === "object");
    endpoint = await gateway.listen(0);
    gateway.useBase(`http://127.0.0.1:${address.port}`);
    const events = new Events(new Clock(1));
    events.deliverTo((event) => void told.push(event));
    gateway.use(ecr({ endpoint, events, warn: () => undefined }));
    const credentials = { accessKeyId: "111111111111", secretAccessKey: "x" };
    client = new sdk.ECRClient({ endpoint, region: "eu-west-1", maxAttempts: 1, credentials });
  });
  after(async () => {
    client.destroy();
    await gateway.close();
    base.server.close();
    base.server.closeAllConnections();
  });

  const part = (uploadId: string | undefined, text: string, partFirstByte: number) =>
    client.send(
      new sdk.UploadLayerPartCommand({
        repositoryName,
        uploadId,
        partFirstByte,
        partLastByte: partFirstByte + text.length - 1,
        layerPartBlob: Buffer.from(text),
      }),
    );

  it("stores a layer that comes in parts, where a pull finds it, and gives it out again", async () => {
    const layerDigest = digestOf("hello");
    const check = () =>
      client.send(
        new sdk.BatchCheckLayerAvailabilityCommand({ repositoryName, layerDigests: [layerDigest] }),
      );
    assert.deepEqual((await check()).layers, [{ layerDigest, layerAvailability: "UNAVAILABLE" }]);
    const { uploadId } = await client.send(new sdk.InitiateLayerUploadCommand({ repositoryName }));
    assert.equal((await part(uploadId, "hel", 0)).lastByteReceived, 2);
    await assert.rejects(part(uploadId, "lo", 4), sdk.InvalidLayerPartException);
    await part(uploadId, "lo", 3);
    await client.send(
      new sdk.CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [layerDigest] }),
    );
    assert.equal(base.stored.get(`${host}/v2/web/blobs/${layerDigest}`), "hello");
    assert.deepEqual((await check()).layers, [{ layerDigest, layerAvailability: "AVAILABLE" }]);

    const { downloadUrl } = await client.send(
      new sdk.GetDownloadUrlForLayerCommand({ repositoryName, layerDigest }),
    );
    assert.match(downloadUrl ?? "", /^http:\/\/127\.0\.0\.1:/);
    assert.equal(await (await fetch(downloadUrl ?? "")).text(), "hello");
  });

  it("gives out a layer where the caller has found the gateway, as a container does at another address", async () => {
    const urlFor = async (calledAt: string) => {
      const { body } = await request(endpoint, {
        method: "POST",
        headers: {
          host: calledAt,
          authorization:
            "AWS4-HMAC-SHA256 Credential=111111111111/20260101/eu-west-1/ecr/aws4_request, SignedHeaders=host, Signature=x",
          "x-amz-target": "AmazonEC2ContainerRegistry_V20150921.GetDownloadUrlForLayer",
        },
        body: JSON.stringify({ repositoryName, layerDigest: digestOf("hello") }),
      });
      return new URL(((await body.json()) as { downloadUrl: string }).downloadUrl).origin;
    };
    gateway.alsoAt("172.18.0.2:4566");
    assert.equal(await urlFor("172.18.0.2:4566"), "http://172.18.0.2:4566");
    // A name that no DNS knows here, such as an SDK's own behind a proxy.
    assert.equal(await urlFor("api.ecr.eu-west-1.amazonaws.com"), endpoint);
  });

  it("refuses a layer that is not what its digest says", async () => {
    const { uploadId } = await client.send(new sdk.InitiateLayerUploadCommand({ repositoryName }));
    await part(uploadId, "other", 0);
    const complete = new sdk.CompleteLayerUploadCommand({
      repositoryName,
      uploadId,
      layerDigests: [digestOf("hello")],
    });
    await assert.rejects(client.send(complete), sdk.InvalidLayerException);
  });

  it("refuses an upload that it does not know", async () => {
    await assert.rejects(part("nobody's", "x", 0), sdk.UploadNotFoundException);
  });

  it("stores a manifest byte for byte, and refuses another digest or a tag that is taken", async () => {
    const imageManifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
    });
    const put = (input: Partial<sdk.PutImageCommandInput>) =>
      client.send(new sdk.PutImageCommand({ repositoryName, imageManifest, ...input }));
    const { image } = await put({ imageTag: "1" });
    assert.equal(image?.imageId?.imageDigest, digestOf(imageManifest));
    assert.equal(base.stored.get(`${host}/v2/web/manifests/1`), imageManifest);
    await assert.rejects(
      put({ imageTag: "2", imageDigest: digestOf("x") }),
      sdk.ImageDigestDoesNotMatchException,
    );
    await assert.rejects(put({ imageTag: "taken" }), { name: "ImageTagAlreadyExistsException" });
    for (const deadline = Date.now() + 2000; told.length === 0 && Date.now() < deadline;)
      await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(
      told.map(({ source, account, region, detail, "detail-type": type }) => [
        source,
        type,
        account,
        region,
        detail,
      ]),
      [
        [
          "aws.ecr",
          "ECR Image Action",
          "111111111111",
          "eu-west-1",
          {
            result: "SUCCESS",
            "repository-name": "web",
            "image-digest": digestOf(imageManifest),
            "action-type": "PUSH",
            "image-tag": "1",
            "manifest-media-type": "application/vnd.oci.image.manifest.v1+json",
          },
        ],
      ],
    );
  });
});
