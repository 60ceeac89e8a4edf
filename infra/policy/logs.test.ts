import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { logs } from "./logs";
import { messagesAbout, messagesOf, registered } from "./testing";

describe("logs", () => {
  const group = (name: string) => new aws.cloudwatch.LogGroup(`log-${name}`, { name, retentionInDays: 30 });
  const elsewhere = (what: string, name: string) => [
    `log-groups: ${what} writes its log to ${name}, which is no log group of this stack. Add an aws.cloudwatch.LogGroup of ` +
      "that name with retentionInDays.",
  ];
  const nowhere = (what: string) => [
    `log-groups: ${what} writes no log to CloudWatch Logs. Send it to an aws.cloudwatch.LogGroup of the stack.`,
  ];

  it("are not kept for ever", async () => {
    const kept = (retentionInDays?: number) => () =>
      new aws.cloudwatch.LogGroup("log", { name: "log", retentionInDays });
    const forEver = [
      "log-retention: LogGroup log keeps its logs for ever. Set retentionInDays (greenroom:logRetentionDays).",
    ];
    assert.deepEqual(await messagesAbout(logs, kept(30)), []);
    assert.deepEqual(await messagesAbout(logs, kept()), forEver);
    assert.deepEqual(await messagesAbout(logs, kept(0)), forEver);
  });

  it("of a function go to a group of the stack", async () => {
    const program = (groupName: string, logGroup?: string) => () => {
      group(groupName);
      new aws.lambda.Function("hook", {
        name: "hook",
        role: "role",
        ...(logGroup !== undefined && { loggingConfig: { logFormat: "JSON", logGroup } }),
      });
    };
    assert.deepEqual(await messagesAbout(logs, program("/aws/lambda/hook")), []);
    assert.deepEqual(await messagesAbout(logs, program("own", "own")), []);
    assert.deepEqual(
      await messagesAbout(logs, program("/aws/lambda/other")),
      elsewhere("Function hook", "/aws/lambda/hook"),
    );
    assert.deepEqual(
      await messagesAbout(logs, program("/aws/lambda/hook", "own")),
      elsewhere("Function hook", "own"),
    );
  });

  it("of a function whose configuration a preview does not know are judged by the usual name", async () => {
    const program = (groupName: string) => () => {
      group(groupName);
      new aws.lambda.Function("hook", { name: "hook", role: "role" });
    };
    const unknown = async (groupName: string) => {
      const resources = await registered(program(groupName));
      for (const resource of resources)
        if (resource.request.getName() === "hook")
          resource.outputs["loggingConfig"] = pulumi.runtime.unknownValue;
      return messagesOf(logs, resources);
    };
    assert.deepEqual(await unknown("/aws/lambda/hook"), []);
    assert.deepEqual(await unknown("own"), [
      "log-groups: can't run policy 'log-groups' from policy pack 'greenroom@v0.1.0' during preview: string value at " +
        ".loggingConfig can't be known during preview",
    ]);
  });

  it("of a build go to a group of the stack", async () => {
    const program = (groupName: string, cloudwatchLogs?: object) => () => {
      group(groupName);
      new aws.codebuild.Project("image", {
        name: "image",
        serviceRole: "role",
        source: { type: "CODEPIPELINE" },
        artifacts: { type: "CODEPIPELINE" },
        environment: { type: "LINUX_CONTAINER", image: "image", computeType: "BUILD_GENERAL1_SMALL" },
        ...(cloudwatchLogs && { logsConfig: { cloudwatchLogs } }),
      });
    };
    assert.deepEqual(await messagesAbout(logs, program("/aws/codebuild/image")), []);
    assert.deepEqual(await messagesAbout(logs, program("own", { groupName: "own" })), []);
    assert.deepEqual(
      await messagesAbout(logs, program("own")),
      elsewhere("Project image", "/aws/codebuild/image"),
    );
    assert.deepEqual(
      await messagesAbout(logs, program("/aws/codebuild/image", { groupName: "own" })),
      elsewhere("Project image", "own"),
    );
    assert.deepEqual(
      await messagesAbout(logs, program("own", { groupName: "own", status: "DISABLED" })),
      nowhere("Project image"),
    );
  });

  it("of a task's containers go to a group of the stack", async () => {
    const options = (name: string) => ({ logDriver: "awslogs", options: { "awslogs-group": name } });
    const program =
      (...logConfigurations: object[]) =>
      () => {
        group("own");
        new aws.ecs.TaskDefinition("task", {
          family: "task",
          containerDefinitions: JSON.stringify(
            logConfigurations.map((logConfiguration) => ({ logConfiguration })),
          ),
        });
      };
    assert.deepEqual(await messagesAbout(logs, program(options("own"), options("own"))), []);
    assert.deepEqual(
      await messagesAbout(logs, program(options("own"), options("other"))),
      elsewhere("TaskDefinition task", "other"),
    );
    assert.deepEqual(await messagesAbout(logs, program({})), nowhere("TaskDefinition task"));
  });
});
