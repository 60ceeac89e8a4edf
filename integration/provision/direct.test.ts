import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { provisionDirect, ProvisioningError } from "./direct";

// Each of these starts a process that loads Pulumi.
describe("direct provisioning", function () {
  this.slow(4000);
  let folder: string;
  let endpoint: string;
  const requests: string[] = [];
  // As much of S3 as a bucket needs.
  const server = http.createServer((request, response) => {
    const account = /Credential=([^/]+)/.exec(request.headers.authorization ?? "")?.[1];
    requests.push(`${account} ${request.method} ${request.url}`);
    request.resume();
    if (request.url?.includes("taken")) {
      response.writeHead(409, { "content-type": "application/xml" });
      response.end("<Error><Code>BucketAlreadyExists</Code><Message>It is taken</Message></Error>");
    } else response.end();
  });

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), "greenroom-direct-"));
    symlinkSync(path.resolve(__dirname, "../../node_modules"), path.join(folder, "node_modules"));
    writeFileSync(path.join(folder, "Pulumi.yaml"), "name: demo\nruntime: nodejs\nmain: program.ts\n");
    writeFileSync(
      path.join(folder, "Pulumi.staging.yaml"),
      "config: {aws:region: us-east-1, demo:bucket: b}\n",
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    endpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  beforeEach(() => (requests.length = 0));
  after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  const up = async (program: string, options: Partial<Parameters<typeof provisionDirect>[0]> = {}) => {
    writeFileSync(
      path.join(folder, "other.ts"),
      "export interface Other { a: string }\nexport const b: number = 2;\n",
    );
    writeFileSync(path.join(folder, "program.ts"), program);
    const log: string[] = [];
    const base = { stack: "staging", programFolder: folder, endpoint, account: "111111111111" };
    const outputs = await provisionDirect({ ...base, log: (line) => log.push(line), ...options });
    return { outputs, log };
  };
  const failure = async (program: string, options?: Parameters<typeof up>[1]) => {
    const error = await up(program, options).then(
      () => assert.fail("it came up"),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof ProvisioningError);
    return error;
  };

  it("lets the program's own SDKs know the local AWS only", async () => {
    const mine = {
      AWS_PROFILE: "mine",
      AWS_SESSION_TOKEN: "mine",
      AWS_ENDPOINT_URL_S3: "https://s3.example.com",
    };
    const before = { ...process.env };
    Object.assign(process.env, mine);
    try {
      const { outputs } = await up(
        `export const told = Object.keys(process.env).filter((name) => name.startsWith("AWS_")).map((name) => [name, process.env[name]]);`,
      );
      const told = Object.fromEntries(outputs["told"] as [string, string][]);
      for (const name of Object.keys(mine)) assert.equal(told[name], undefined, name);
      assert.deepEqual([told["AWS_ENDPOINT_URL"], told["AWS_ACCESS_KEY_ID"]], [endpoint, "111111111111"]);
    } finally {
      process.env = before;
    }
  });

  it("creates in the stack's account what the program says, and gives its exports", async () => {
    const progress: unknown[] = [];
    const { outputs, log } = await up(
      `import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { b, type Other } from "./other";
const bucket = new aws.s3.Bucket("it", { bucket: new pulumi.Config().require("bucket") });
export const other: Other = { a: String(b) };
export const arn = bucket.arn;
export const hidden = pulumi.secret("s");
console.log("hello from", pulumi.getStack());
`,
      { progress: ({ type, name, count }) => progress.push([type, name, count]) },
    );
    assert.deepEqual(outputs, { arn: "arn:aws:s3:::b", hidden: "s", other: { a: "2" } });
    assert.deepEqual(requests, ["111111111111 PUT /b/"]);
    assert.deepEqual(progress, [["aws:s3/bucket:Bucket", "it", 1]]);
    assert.deepEqual(log, ["hello from staging"]);
  });

  it("says what failed, where, and in AWS's words", async () => {
    const error = await failure(`import * as aws from "@pulumi/aws";
const bucket = new aws.s3.Bucket("first", { bucket: "taken" });
new aws.s3.BucketVersioning("second", { bucket: bucket.bucket, versioningConfiguration: { status: "Enabled" } });
`);
    assert.deepEqual(error.failures, [
      {
        type: "aws:s3/bucket:Bucket",
        name: "first",
        message: "CreateBucket: BucketAlreadyExists: It is taken",
      },
    ]);
    assert.equal(
      error.message,
      'the stack "staging" could not be brought up:\n' +
        '  aws:s3/bucket:Bucket "first": CreateBucket: BucketAlreadyExists: It is taken',
    );
    assert.equal(requests.length, 1);
  });

  it("says where the program threw, in its TypeScript", async () => {
    const error = await failure(`interface Lines {
  that: "compile to nothing";
}
export const lines: Lines | undefined = undefined;

throw new Error("not like this");
`);
    assert.equal(
      error.message,
      'the stack "staging" could not be brought up:\n  the program failed: not like this\n' +
        `    at ${path.join(folder, "program.ts")}:6:7`,
    );
  });

  it("ends when the program rejects after all resources are there", async () => {
    const error = await failure(`export const x = Promise.reject(new Error("too late"));\n`);
    assert.match(error.message, /the program failed: too late/);
  });

  it("says what does not compile, or is not there", async () => {
    assert.match((await failure("export const a = ;\n")).message, /program\.ts:1:18: Unexpected ";"/);
    assert.match((await failure(`import "./missing";\n`)).message, /Could not resolve "\.\/missing"/);
    assert.match((await failure("", { stack: "none" })).message, /cannot read .*Pulumi\.none\.yaml: ENOENT/);
  });

  it("says how a program's process ended, with its last lines", async () => {
    const error = await failure(`console.log("bye"); process.exit(7);\n`);
    assert.match(error.message, /its process ended with exit code 7\n {2,}bye/);
  });

  it("can be stopped", async () => {
    const stop = new AbortController();
    const program = `console.log("up");\nexport const never = new Promise(() => setInterval(() => {}, 1000));\n`;
    const error = await failure(program, { signal: stop.signal, log: () => stop.abort() });
    assert.match(error.message, /it was stopped/);
  });
});
