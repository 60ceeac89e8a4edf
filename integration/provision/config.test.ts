import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { ConfigError, readStackConfig } from "./config";

describe("the configuration of a stack", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), "greenroom-config-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const files = (project: string, stack?: string) => {
    writeFileSync(path.join(folder, "Pulumi.yaml"), project);
    if (stack !== undefined) writeFileSync(path.join(folder, "Pulumi.staging.yaml"), stack);
  };
  const read = () => readStackConfig(folder, "staging");

  it("is the stack's values over the project's and its defaults, as texts", () => {
    files(
      `name: demo
runtime: {name: nodejs, options: {typescript: true}}
main: infra
config:
  port: {type: integer, default: 9002}
  sizes: {type: array, items: {type: integer}, default: [1, 2]}
  owner: team
  limits: {type: object, default: {}}
  "aws:region": {value: eu-west-1}
`,
      `config:
  aws:region: us-east-1
  demo:port: 8080
  secureMode: true
  demo:limits: {cpu: 256}
`,
    );
    assert.deepEqual(read(), {
      project: "demo",
      program: path.join(folder, "infra"),
      values: {
        "demo:port": "8080",
        "demo:sizes": "[1,2]",
        "demo:owner": "team",
        "demo:limits": '{"cpu":256}',
        "aws:region": "us-east-1",
        "demo:secureMode": "true",
      },
      secretKeys: [],
    });
  });

  it("takes the folder itself for the program, and an empty stack file", () => {
    files("name: demo\nruntime: nodejs\nconfig:\n  word: {type: string, default: x, secret: true}\n", "");
    const { program, values, secretKeys } = read();
    assert.equal(program, folder);
    assert.deepEqual(values, { "demo:word": "x" });
    assert.deepEqual(secretKeys, ["demo:word"]);
  });

  it("names every key that is missing or of another type than declared", () => {
    files(
      "name: demo\nruntime: nodejs\nconfig:\n  a: {type: string}\n  b: {type: integer}\n  c: {description: free}\n",
      "config:\n  demo:b: many\n",
    );
    assert.throws(read, {
      name: "ConfigError",
      message:
        'Pulumi.staging.yaml: "demo:b" is "many"; Pulumi.yaml says it is of type integer\n' +
        'Pulumi.staging.yaml: "demo:a" is not set; Pulumi.yaml declares it without a default',
    });
  });

  it("refuses what only the engine can decrypt", () => {
    files("name: demo\nruntime: nodejs\n", "config:\n  demo:a: {secure: v1:abc}\n");
    assert.throws(read, /"demo:a" is encrypted, which only the Pulumi engine can read/);
  });

  it("says which file is missing or malformed", () => {
    files("name: demo\nruntime: nodejs\n");
    assert.throws(read, { message: `cannot read ${path.join(folder, "Pulumi.staging.yaml")}: ENOENT` });
    files("name: demo\nruntime: [nodejs\n", "");
    assert.throws(
      read,
      (error: Error) => error instanceof ConfigError && /Pulumi\.yaml: .*line 3/s.test(error.message),
    );
    files("runtime: nodejs\n", "");
    assert.throws(read, /Pulumi\.yaml: name: /);
  });

  it("refuses a program of another language", () => {
    files("name: demo\nruntime: go\n", "");
    assert.throws(read, {
      message: 'Pulumi.yaml: runtime is "go"; Greenroom runs "nodejs" programs',
    });
  });
});
