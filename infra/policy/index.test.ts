import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http2 from "node:http2";
import os from "node:os";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { AnalyzerInfo, EnforcementLevel } from "@pulumi/pulumi/proto/analyzer_pb";
import { policies } from "./policies";

const readme = readFileSync(path.join(__dirname, "README.md"), "utf8");

describe("the policy pack", () => {
  it("is documented, rule by rule", () => {
    const documented = [...readme.matchAll(/^\| `([\w-]+)` +\|/gm)].map(([, name]) => name);
    assert.deepEqual(
      documented,
      policies.map(({ name }) => name),
    );
  });

  for (const { name, description, enforcementLevel } of policies)
    it(`has in ${name} a mandatory rule that says why, with a page of AWS`, () => {
      assert.equal(enforcementLevel, "mandatory");
      assert.match(description, /^[A-Z].{40,}\. https:\/\/docs\.aws\.amazon\.com\/\S+$/s);
    });

  it("starts as Pulumi starts it, with the packages of the repository", async () => {
    // ts-node keeps there what it has compiled.
    const temporary = mkdtempSync(path.join(os.tmpdir(), "greenroom-test-"));
    const pack = start(temporary);
    try {
      const port = await firstLine(pack);
      const info = AnalyzerInfo.deserializeBinary(await ask(`http://127.0.0.1:${port}`, "GetAnalyzerInfo"));
      assert.equal(info.getName(), "greenroom");
      assert.deepEqual(
        info.getPoliciesList().map((policy) => [policy.getName(), policy.getEnforcementlevel()]),
        policies.map(({ name }) => [name, EnforcementLevel.MANDATORY]),
      );
    } finally {
      pack.kill();
      rmSync(temporary, { recursive: true });
    }
    // It type-checks all of the pack with the AWS SDK's types first.
  }).timeout(120_000);
});

/**
 * What Pulumi's own `pulumi-analyzer-policy` does: looks for this script from the pack's folder, and runs it there.
 * https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/dist/pulumi-analyzer-policy
 */
function start(temporary: string): ChildProcess {
  const script = require.resolve("@pulumi/pulumi/cmd/run-policy-pack", { paths: [__dirname] });
  return spawn(process.execPath, [script, "127.0.0.1:1", ".", "-typescript=true"], {
    cwd: __dirname,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** The port, which the pack prints when it is ready. */
async function firstLine(pack: ChildProcess): Promise<string> {
  const errors: string[] = [];
  pack.stderr?.on("data", (data) => errors.push(String(data)));
  if (!pack.stdout) throw new Error("the pack has no output");
  const line = once(createInterface(pack.stdout), "line").then(([text]) => text as string);
  const exit = once(pack, "exit").then(() => {
    throw new Error(`The pack does not start: ${errors.join("")}`);
  });
  return Promise.race([line, exit]);
}

/** Calls the pack's server without arguments. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
async function ask(server: string, method: string): Promise<Buffer> {
  const session = http2.connect(server);
  try {
    const stream = session.request({
      ":method": "POST",
      ":path": `/pulumirpc.Analyzer/${method}`,
      "content-type": "application/grpc",
      te: "trailers",
    });
    const flagAndLength = 5;
    stream.end(Buffer.alloc(flagAndLength));
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).subarray(flagAndLength);
  } finally {
    session.close();
  }
}
