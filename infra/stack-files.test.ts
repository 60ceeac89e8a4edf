import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { repositoryRoot } from "./lib/bundling";
import { configArguments, configKeys, parseConfig as parseWith } from "./config";
import { asPulumi, record, testServices } from "./testing";

const parseConfig = (raw: Record<string, string>) => parseWith(raw, testServices);

type Values = Record<string, unknown>;

const fileConfig = (file: string) =>
  (parse(readFileSync(path.join(repositoryRoot, file), "utf8")) as { config: Values }).config;
const declared = fileConfig("Pulumi.yaml") as Record<
  string,
  { type: string; default?: unknown; description: string }
>;
const stacks = { staging: fileConfig("Pulumi.staging.yaml"), prod: fileConfig("Pulumi.prod.yaml") };

/** Keys that one environment takes and the other refuses. */
const ownKeys = { staging: ["source", "promoteToAccount"], prod: ["promotedFromAccount"] };

/** Of every key a value that is right, and one that is not. */
const values: Record<string, { right: unknown; wrong: unknown }> = {
  environment: { right: "prod", wrong: "production" },
  source: {
    right: {
      connectionArn: "arn:aws:codeconnections:eu-west-1:111111111111:connection/1",
      repository: "team/services",
      branch: "main",
    },
    wrong: { repository: "team/services", branch: "main" },
  },
  promoteToAccount: { right: "222222222222", wrong: "222" },
  promotedFromAccount: { right: "111111111111", wrong: "prod" },
  network: {
    right: {
      vpcId: "vpc-1",
      publicSubnetIds: ["subnet-1", "subnet-2"],
      privateSubnetIds: ["subnet-3", "subnet-4"],
      testTrafficCidrs: ["203.0.113.7/32"],
    },
    wrong: { vpcId: "vpc-1" },
  },
  certificateArn: {
    right: "arn:aws:acm:eu-west-1:111111111111:certificate/1",
    wrong: "trivia.example.com",
  },
  testPort: { right: 8443, wrong: 443 },
  deployment: { right: { canaryPercent: 20 }, wrong: { canaryPercent: 0 } },
  alarms: { right: { target5xxPerMinute: 9 }, wrong: { target5xxPerMinute: 0 } },
  logRetentionDays: { right: 90, wrong: 31 },
  protect: { right: false, wrong: "no" },
  services: {
    right: { "trivia-api": { desiredCount: 3, domainName: "trivia.example.com" } },
    wrong: { "trivia-api": { desiredCount: "three" } },
  },
};

function environmentOf(key: string): "staging" | "prod" {
  return ownKeys.staging.includes(key) ? "staging" : "prod";
}

/** A type as Pulumi.yaml names it. */
function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

/** `{a: {b: 1}}` as `a.b` to 1. Lists are values. */
function leaves(of: Values, prefix = ""): Map<string, unknown> {
  return new Map(
    Object.entries(of).flatMap(([key, value]) =>
      typeOf(value) === "object"
        ? [...leaves(value as Values, `${prefix}${key}.`)]
        : ([[prefix + key, value]] as const),
    ),
  );
}

describe("Pulumi.yaml", () => {
  const isEmpty = (value: unknown) => value === "" || JSON.stringify(value) === "{}";

  it("declares every key with the type of its values, and its default with it", () => {
    assert.deepEqual(Object.keys(values).sort(), [...configKeys].sort());
    for (const [key, { right }] of Object.entries(values)) {
      assert.equal(typeOf(right), declared[key]?.type, key);
      if (key !== "environment") assert.equal(typeOf(declared[key]?.default), declared[key]?.type, key);
    }
    for (const stack of ["staging", "prod"] as const) {
      const taken = Object.entries(values)
        .filter(([key]) => !ownKeys[stack === "prod" ? "staging" : "prod"].includes(key))
        .map(([key, { right }]) => [key, right] as const);
      // Every right value is, or `typeOf` above has proven nothing.
      parseConfig(asPulumi({ ...Object.fromEntries(taken), environment: stack }));
    }
  });

  it("leaves nothing but the environment without a default", () => {
    const without = Object.keys(declared).filter((key) => declared[key]?.default === undefined);
    assert.deepEqual(without, ["environment"]);
  });

  it("says what holds when a key is not set, where its default is empty", () => {
    for (const [key, { default: value, description }] of Object.entries(declared))
      if (isEmpty(value)) assert.match(description, /\(default: .+\)|staging needs it/, key);
  });

  it("names the arguments within a key", () => {
    for (const argument of configArguments().filter((one) => one.includes("."))) {
      const [key = "", ...within] = argument.split(".");
      assert.match(
        declared[key]?.description ?? "",
        new RegExp(`[{ ]${within.at(-1) ?? ""}[,: }]`),
        argument,
      );
    }
  });

  it("gives the defaults of the arguments within a key", () => {
    const { deployment, alarms, services } = parseConfig({ environment: "prod" });
    const defaults = { deployment, alarms, services: { desiredCount: services[0]?.desiredCount } };
    for (const [argument, value] of leaves(defaults)) {
      const [key = "", name = ""] = argument.split(".");
      assert.match(
        declared[key]?.description ?? "",
        new RegExp(`\\b${name} \\(default: ${String(value)}[,)]`),
        argument,
      );
    }
  });
});

describe("the stack files", () => {
  /** Why a value is not the same in both. */
  const differences = {
    "greenroom:environment": "it is what tells them apart",
    "greenroom:deployment.canaryPercent":
      "no customer meets a bad version in staging: half finds more, sooner",
    "greenroom:deployment.canaryInterval": "staging has no customers to watch over",
    "greenroom:deployment.terminationWait":
      "staging may wait for a new deployment instead of the old version",
  };

  it("have the same values, but for those that are listed with a reason", () => {
    const prod = leaves(stacks.prod);
    const different = [...leaves(stacks.staging)].flatMap(([argument, value]) =>
      prod.has(argument) && JSON.stringify(prod.get(argument)) !== JSON.stringify(value) ? [argument] : [],
    );
    assert.deepEqual(different, Object.keys(differences));
  });

  it("have the same keys at every depth, but for those that only one environment takes", () => {
    const within = (stack: "staging" | "prod") =>
      [...leaves(stacks[stack]).keys()]
        .filter((argument) => !ownKeys[stack].some((own) => argument.split(".")[0] === `greenroom:${own}`))
        .sort();
    assert.deepEqual(within("staging"), within("prod"));
  });

  for (const stack of ["staging", "prod"] as const)
    it(`of ${stack} names its environment and region, and leaves no resource to a default provider`, () => {
      assert.equal(stacks[stack]["greenroom:environment"], stack);
      assert.deepEqual(stacks[stack]["pulumi:disable-default-providers"], ["aws"]);
      assert.match(String(stacks[stack]["aws:region"]), /^[a-z]{2}(-[a-z]+)+-\d$/);
    });
});

describe("the program", () => {
  /** What it registers under this configuration, and what it throws. */
  async function run(stack: "staging" | "prod", changes: Values) {
    pulumi.runtime.setAllConfig(asPulumi({ ...stacks[stack], ...changes }));
    try {
      return await record(
        () => {
          const entry = require.resolve("./index");
          // Evaluated anew: it is the evaluation that registers.
          Reflect.deleteProperty(require.cache, entry);
          try {
            // eslint-disable-next-line @typescript-eslint/no-require-imports
            require(entry);
            return undefined;
          } catch (error) {
            return (error as Error).message;
          }
        },
        { stack },
      );
    } finally {
      pulumi.runtime.setAllConfig({});
    }
  }

  it("registers its provider and resources with the configuration of a stack file", async () => {
    const { result, resources } = await run("prod", {});
    assert.equal(result, undefined);
    assert.equal(
      resources.find(({ type }) => type === "pulumi:providers:aws")?.inputs["region"],
      "us-east-1",
    );
    assert.ok(resources.length > 60, String(resources.length));
  });

  for (const [key, { wrong }] of Object.entries(values))
    it(`registers nothing, not even a provider, with a wrong ${key}`, async () => {
      const { result, resources } = await run(environmentOf(key), { [`greenroom:${key}`]: wrong });
      assert.match(
        result ?? "it has not refused",
        new RegExp(`^The configuration.*\n {2}greenroom:${key}\\b`),
      );
      assert.deepEqual(resources, []);
    });

  it("registers nothing with a key that only the other environment takes", async () => {
    for (const stack of ["staging", "prod"] as const)
      for (const key of ownKeys[stack === "staging" ? "prod" : "staging"]) {
        const { result, resources } = await run(stack, { [`greenroom:${key}`]: values[key]?.right });
        assert.match(result ?? "", new RegExp(`greenroom:${key} is .*, but is not a key here`), key);
        assert.deepEqual(resources, []);
      }
  });
});
