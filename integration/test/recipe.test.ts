import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer, type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { parseConfig } from "../../infra/config";
import type { ServiceDefinition } from "../../infra/definitions";
import { Environment } from "../../infra/environment";
import { asPulumi, record, valueOf } from "../../infra/testing";
import { root } from "../checkout";
import { parseBuildspec } from "../local-aws/codebuild/buildspec/parse";
import { loadTraffic } from "../rehearsal/traffic/load";
import { followRecipe, recipeFiles, recipeService } from "./recipe";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe("docs/add-a-service.md", function () {
  this.timeout(60_000);
  let checkout: string;
  let definitions: readonly ServiceDefinition[];
  before(async () => {
    checkout = await mkdtemp(path.join(os.tmpdir(), "greenroom-test-"));
    await followRecipe(checkout);
    const list = createRequire(__filename)(path.join(checkout, "infra/services.ts")) as {
      services: readonly ServiceDefinition[];
    };
    definitions = list.services;
  });
  after(() => rm(checkout, { recursive: true, force: true }));

  it("has 800 words at most", async () => {
    const text = await readFile(path.join(root, "docs/add-a-service.md"), "utf8");
    const words = text.split(/\s+/).length;
    assert.ok(words <= 800, String(words));
  });

  it("makes a service of both environments, beside those that there are", async () => {
    const own = definitions.filter(({ name }) => name === recipeService);
    assert.equal(own.length, 1);
    const config = parseConfig(asPulumi({ environment: "prod" }), own);
    const { result, resources } = await record(() => new Environment(config), { stack: "prod" });
    const { [recipeService]: outputs } = await valueOf(result.services);
    assert.equal(outputs?.pipelineName, `greenroom-prod-${recipeService}`);
    assert.equal(outputs?.kind, "ecs");
    const group = resources.find(({ name }) => name === `${recipeService}-blue`);
    assert.equal((group?.inputs["healthCheck"] as { path: string }).path, "/");
  });

  it("has buildspecs that CodeBuild takes, whose artifact is what a build owes the pipeline", async () => {
    const files = await recipeFiles();
    for (const [file, text] of Object.entries(files))
      if (file.endsWith(".yml")) assert.doesNotThrow(() => parseBuildspec(file, text), file);
    const build = parseBuildspec("buildspec.yml", files[`services/${recipeService}/buildspec.yml`] ?? "");
    const text = JSON.stringify(build);
    for (const owed of ["imageDetail.json", "release.json", "buildspec.integration.yml"])
      assert.ok(text.includes(owed), owed);
  });

  it("has clients that know what to send", () => {
    const { staging, prod } = loadTraffic(checkout, `services/${recipeService}`);
    assert.equal(staging.requests.length, 1);
    assert.equal(prod.requests.length, 1);
  });

  it("has a service that passes its own test, and ends on SIGTERM", async () => {
    const port = await freePort();
    const cwd = path.join(checkout, "services", recipeService);
    const server = spawn("python3", ["main.py"], {
      cwd,
      env: { ...process.env, HOST: "127.0.0.1", PORT: String(port) },
    });
    try {
      const env = { ...process.env, SERVICE_URL: `http://127.0.0.1:${port}` };
      const tried = () => promisify(execFile)("python3", ["smoke.py"], { cwd, env });
      const until = Date.now() + 10_000;
      for (;;)
        try {
          await tried();
          break;
        } catch (error) {
          if (Date.now() > until) throw error;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
    } finally {
      server.kill("SIGTERM");
    }
    const [code] = (await once(server, "exit")) as [number | null];
    assert.equal(code, 0);
  });
});
