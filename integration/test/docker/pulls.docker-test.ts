import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { testDocker } from "../../local-aws/containers/docker/testing";
import { descendants, left, mainFile, signal, start } from "../command";
import { assertNothingAbandoned, foldersIn } from "./rehearse";

const digestOf = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** A registry with one image, whose layer comes slowly. */
class SlowRegistry {
  readonly image: string;
  /** Somebody waits for the layer. */
  readonly isAsked: () => boolean;

  private constructor(private readonly server: http.Server) {
    this.image = `127.0.0.1:${(server.address() as AddressInfo).port}/slow:1`;
    const waiting = new Set<http.ServerResponse>();
    const layer = { digest: digestOf("the layer"), size: 500_000_000 };
    const config = JSON.stringify({
      architecture: { x64: "amd64" }[process.arch as string] ?? process.arch,
      os: "linux",
      rootfs: { type: "layers", diff_ids: [digestOf("unpacked")] },
    });
    const type = (what: string) => `application/vnd.docker.${what}`;
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: type("distribution.manifest.v2+json"),
      config: { mediaType: type("container.image.v1+json"), size: config.length, digest: digestOf(config) },
      layers: [{ mediaType: type("image.rootfs.diff.tar.gzip"), ...layer }],
    });
    server.on("request", ({ url = "" }, response) => {
      if (url.endsWith(layer.digest)) {
        response.writeHead(200, { "content-length": layer.size });
        const trickle = setInterval(() => response.write(Buffer.alloc(200_000)), 100);
        waiting.add(response);
        response.once("close", () => {
          clearInterval(trickle);
          waiting.delete(response);
        });
      } else if (url.includes("/manifests/")) {
        const headers = {
          "content-type": type("distribution.manifest.v2+json"),
          "content-length": manifest.length,
          "docker-content-digest": digestOf(manifest),
        };
        response.writeHead(200, headers).end(manifest);
      } else {
        response.end(url.endsWith(digestOf(config)) ? config : "{}");
      }
    });
    this.isAsked = () => waiting.size > 0;
  }

  static async start(): Promise<SlowRegistry> {
    const server = http.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new SlowRegistry(server);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

describe("a pull that takes long", function () {
  this.timeout(60_000);
  let folder: string;
  let registry: SlowRegistry;
  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), "pull-test-"));
    registry = await SlowRegistry.start();
  });
  after(() => {
    registry.close();
    rmSync(folder, { recursive: true });
  });

  for (const [whose, args, variable] of [
    ["the relay", ["--containers", "docker"], "GREENROOM_RELAY_IMAGE"],
    ["a base", ["--base", "localstack", "--containers", "process"], "GREENROOM_LOCALSTACK_IMAGE"],
  ] as const) {
    it(`of the image of ${whose} says how far it is, and ends on Ctrl-C with nothing left`, async () => {
      let family: ReturnType<typeof descendants> = [];
      let asked = false;
      const { code, stderr } = await start([...args, "--port", "0"], {
        environment: { TMPDIR: folder, [variable]: registry.image },
        onText: (text, { pid = 0 }) => {
          if (family.length > 0 || !text.includes(`Docker pulls ${registry.image}`)) return;
          family = descendants(pid);
          asked = registry.isAsked();
          signal(mainFile, "SIGINT")(family);
        },
      });
      assert.equal(code, 130, stderr);
      assert.ok(asked, "it was in the middle of the pull");
      assert.match(stderr, /Docker pulls 127\.0\.0\.1:\d+\/slow:1 … 0 of 1 layers, \d+ MB\n/);
      assert.deepEqual(await left(family), []);
      assert.deepEqual(foldersIn(folder), []);
      await assertNothingAbandoned(await testDocker());
      for (let i = 0; i < 50 && registry.isAsked(); i++) await new Promise((next) => setTimeout(next, 100));
      assert.equal(registry.isAsked(), false, "the daemon goes on with the pull");
    });
  }
});
