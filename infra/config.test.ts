import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { repositoryRoot } from "./lib/bundling";
import { configArguments, configKeys, parseConfig as parseWith, readConfig } from "./config";
import { asPulumi, record, stackConfig, testServices } from "./testing";

const parseConfig = (raw: Record<string, string>) => parseWith(raw, testServices);

/** The lines of the error that these values get, without the first and the last one, which never change. */
function problems(values: Record<string, unknown>): string[] {
  try {
    parseConfig(asPulumi(values));
  } catch (error) {
    return (error as Error).message
      .split("\n")
      .slice(1, -1)
      .map((line) => line.trim());
  }
  return [];
}

describe("stack configuration", () => {
  it("has a default for everything but the environment", () => {
    const { services, ...rest } = parseConfig({ environment: "prod" });
    assert.deepEqual(rest, {
      environment: "prod",
      testPort: 9002,
      deployment: { canaryPercent: 100, canaryInterval: "5 minutes", terminationWait: "5 minutes" },
      alarms: { target5xxPerMinute: 5 },
      protect: true,
      logRetentionDays: 30,
    });
    assert.deepEqual(
      services.map(({ name, desiredCount, cpu, memory, environment }) => [
        name,
        desiredCount,
        cpu,
        memory,
        environment,
      ]),
      [["trivia-api", 2, 256, 512, {}]],
    );
  });

  it("lays an environment's values over those of the service", () => {
    const [service] = parseConfig(
      asPulumi({
        environment: "prod",
        services: {
          "trivia-api": { desiredCount: 4, cpu: 512, memory: 1024, environment: { LOG: "debug" } },
        },
      }),
    ).services;
    assert.ok(service);
    assert.deepEqual(
      [service.desiredCount, service.cpu, service.memory, service.environment, service.port],
      [4, 512, 1024, { LOG: "debug" }, 8080],
    );
  });

  it("of this repository's stacks is right", () => {
    const staging = stackConfig("staging");
    assert.deepEqual(staging.deployment, {
      canaryPercent: 50,
      canaryInterval: "1 minute",
      terminationWait: "1 minute",
    });
    assert.ok(staging.environment === "staging");
    assert.equal(staging.promoteToAccount, "222222222222");
    const prod = stackConfig("prod");
    assert.deepEqual(prod.deployment, {
      canaryPercent: 10,
      canaryInterval: "5 minutes",
      terminationWait: "5 minutes",
    });
    assert.ok(prod.environment === "prod");
    assert.equal(prod.promotedFromAccount, "111111111111");
  });

  it("is declared in Pulumi.yaml, key by key, with the same defaults", () => {
    const project = parse(readFileSync(path.join(repositoryRoot, "Pulumi.yaml"), "utf8")) as {
      config: Record<string, { type: string; default?: unknown; description: string }>;
    };
    assert.deepEqual(Object.keys(project.config).sort(), [...configKeys].sort());
    for (const [key, { type, description }] of Object.entries(project.config))
      assert.ok(type && description, key);
    const defaults = Object.entries(project.config).map(([key, entry]) => [key, entry.default ?? "prod"]);
    assert.deepEqual(
      parseConfig(asPulumi(Object.fromEntries(defaults) as Record<string, unknown>)),
      parseConfig({ environment: "prod" }),
    );
  });

  it("lists every argument, however deep", () => {
    const all = configArguments();
    assert.deepEqual(
      [...new Set(all.map((argument) => argument.split(".")[0]))].sort(),
      [...configKeys].sort(),
    );
    assert.deepEqual(
      all.filter((argument) => /^(network|deployment|services|source)\b/.test(argument)),
      [
        "network.vpcId",
        "network.publicSubnetIds",
        "network.privateSubnetIds",
        "network.testTrafficCidrs",
        "deployment.canaryPercent",
        "deployment.canaryInterval",
        "deployment.terminationWait",
        "services.<name>.desiredCount",
        "services.<name>.cpu",
        "services.<name>.memory",
        "services.<name>.domainName",
        "services.<name>.environment",
        "services.<name>.protect",
        "source.connectionArn",
        "source.repository",
        "source.branch",
      ],
    );
  });

  it("names every wrong key with its value and what is allowed", () => {
    assert.deepEqual(
      problems({
        environment: "prod",
        testPort: 80,
        certificateArn: "mine",
        promotedFromAccount: "12",
        deployment: { canaryPercent: 150, canaryInterval: "90 seconds", terminationWait: 5 },
        alarms: { target5xxPerMinute: "many" },
        logRetentionDays: 2,
        network: {
          vpcId: "vpc-1",
          publicSubnetIds: ["subnet-1"],
          privateSubnetIds: ["subnet-3", "subnet-4"],
        },
        services: { "trivia-api": { desiredCount: 0, environment: { LEVEL: 3 } } },
      }),
      [
        'greenroom:network.publicSubnetIds is ["subnet-1"]: allowed is at least two subnets, in different zones, with a route to the internet',
        "greenroom:network.testTrafficCidrs is not set: allowed is a list of address ranges",
        'greenroom:certificateArn is "mine": allowed is the ARN of an ACM certificate',
        "greenroom:testPort is 80: allowed is a port other than 80 and 443, which serve customers",
        "greenroom:deployment.canaryPercent is 150: allowed is percent from 1 to 100",
        'greenroom:deployment.canaryInterval is "90 seconds": allowed is a time from 1 to 2880 minutes, written "5 minutes"',
        'greenroom:deployment.terminationWait is 5: allowed is a time from 0 to 2880 minutes, written "5 minutes"',
        'greenroom:alarms.target5xxPerMinute is "many": allowed is a number of answers from 1 to 1000000',
        "greenroom:logRetentionDays is 2: allowed is one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557",
        "greenroom:services.trivia-api.desiredCount is 0: allowed is a number of tasks from 1 to 100",
        "greenroom:services.trivia-api.environment.LEVEL is 3: allowed is a text, in quotes",
        'greenroom:promotedFromAccount is "12": allowed is a 12-digit account id, in quotes',
      ],
    );
  });

  it("refuses unknown keys, at every depth", () => {
    assert.deepEqual(
      problems({
        environment: "prod",
        tesPort: 9002,
        deployment: { canary: 10 },
        services: { "trivia-app": {}, "trivia-api": { count: 2 } },
      }),
      [
        "greenroom:deployment.canary is 10, but is not a key here: allowed is {canaryPercent, canaryInterval, terminationWait}",
        "greenroom:services.trivia-api.count is 2, but is not a key here: allowed is {desiredCount, cpu, memory, domainName, environment, protect}",
        "greenroom:services.trivia-app is {}, but is not a key here: allowed is {trivia-api}",
        "greenroom:tesPort is 9002, but is not a key here: allowed is {environment, network, certificateArn, testPort, deployment, alarms, protect, logRetentionDays, services, promotedFromAccount}",
      ],
    );
  });

  it("refuses what belongs to the other environment, and wants what belongs to this one", () => {
    assert.match(
      problems({ environment: "prod", promoteToAccount: "222222222222" })[0] ?? "",
      /is not a key here/,
    );
    assert.deepEqual(problems({ environment: "staging" }), [
      "greenroom:source is not set: allowed is {connectionArn, repository, branch}",
    ]);
    assert.deepEqual(problems({ environment: "test" }), [
      'greenroom:environment is "test": allowed is "staging" or "prod"',
    ]);
    assert.deepEqual(problems({}), ['greenroom:environment is not set: allowed is "staging" or "prod"']);
  });

  it("refuses a task size that Fargate does not have", () => {
    assert.deepEqual(problems({ environment: "prod", services: { "trivia-api": { cpu: 512 } } }), [
      'greenroom:services.trivia-api is {"cpu":512}: memory 512 with cpu 512: allowed is 1024 to 4096 in steps of 1024',
    ]);
    assert.deepEqual(problems({ environment: "prod", services: { "trivia-api": { cpu: 300 } } }), [
      'greenroom:services.trivia-api is {"cpu":300}: cpu 300: allowed are 256, 512, 1024, 2048, 4096',
    ]);
  });

  it("wants a domain name with a certificate, and only then", () => {
    const certificateArn = "arn:aws:acm:us-east-1:111111111111:certificate/1";
    assert.deepEqual(problems({ environment: "prod", certificateArn }), [
      "greenroom:services.trivia-api.domainName is not set: allowed is a name that certificateArn is for and that leads to the service's load balancer",
    ]);
    const services = { "trivia-api": { domainName: "trivia.example.com" } };
    assert.deepEqual(problems({ environment: "prod", services }), [
      'greenroom:services.trivia-api.domainName is "trivia.example.com": allowed only with certificateArn',
    ]);
    assert.deepEqual(problems({ environment: "prod", certificateArn, services }), []);
  });

  it("is read whole, so that a misspelt key stops the program before it registers anything", async () => {
    pulumi.runtime.setAllConfig({
      "greenroom:environment": "prod",
      "greenroom:tesPort": "1",
      "aws:region": "eu-west-1",
    });
    const program = record(() => {
      readConfig();
    });
    await assert.rejects(program, /greenroom:tesPort is 1, but is not a key here/);
    pulumi.runtime.setAllConfig({ "greenroom:environment": "prod", "aws:region": "eu-west-1" });
    assert.equal((await record(readConfig)).result.environment, "prod");
    pulumi.runtime.setAllConfig({});
  });

  it("is not secret, and what is secret is in no error", async () => {
    const values = {
      "greenroom:environment": "prod",
      "greenroom:testPort": "hush",
      "greenroom:source": "{}",
    };
    const why =
      "is a secret, but would be in the stack's state and in the templates as plain text: put what is secret into " +
      "Secrets Manager or Parameter Store, and into this key, with --plaintext, only its name there";
    pulumi.runtime.setAllConfig({ ...values, "aws:token": "hush" }, [
      "aws:token",
      "greenroom:alarms",
      "greenroom:source",
      "greenroom:testPort",
    ]);
    try {
      await assert.rejects(
        record(() => {
          readConfig();
        }),
        {
          message: [
            "The configuration of this stack is wrong:",
            `  greenroom:testPort ${why}`,
            `  greenroom:source ${why}`,
            "Change it in Pulumi.<stack>.yaml or with `pulumi config set`.",
          ].join("\n"),
        },
      );
      // The provider keeps its secrets.
      pulumi.runtime.setAllConfig({ "greenroom:environment": "prod", "aws:token": "hush" }, ["aws:token"]);
      assert.equal((await record(readConfig)).result.environment, "prod");
    } finally {
      pulumi.runtime.setAllConfig({});
    }
  });
});
