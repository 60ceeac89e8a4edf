import assert from "node:assert/strict";
import { CloudWatchLogsServiceException, ResourceNotFoundException } from "@aws-sdk/client-cloudwatch-logs";
import { Aws, type Identity } from "../local-aws/core/aws";
import { Clock } from "../local-aws/core/clock";
import type { Environment } from "./environments";
import { explain } from "./last-words";
import type { ReleaseTimeline } from "./model";
import type { Progress } from "./progress";

const account = "111111111111";
const credentials = { accessKeyId: account, secretAccessKey: "x" };
const identity: Identity = { account, region: "us-east-1", arn: `arn:aws:iam::${account}:root`, credentials };
const environment = {
  name: "prod",
  identity,
  services: { orders: { clusterName: "prod", serviceName: "orders" } },
} as unknown as Environment;
const hookFailed = `Lifecycle hook arn:aws:lambda:us-east-1:${account}:function:orders-hook failed`;
const notThere = new ResourceNotFoundException({ message: "it does not exist", $metadata: {} });

/** What AWS answers, by the names of commands; an error is thrown. A task of the deployment has ended with code 1. */
const usual: Record<string, unknown> = {
  DescribeServicesCommand: { services: [{ events: [] }] },
  DescribeLogStreamsCommand: { logStreams: [{ logStreamName: "1" }] },
  GetLogEventsCommand: { events: [{ message: "one\ntwo\n" }] },
  ListTasksCommand: { taskArns: ["arn/task"] },
  DescribeTasksCommand: {
    tasks: [
      {
        taskArn: "arn/task",
        taskDefinitionArn: "arn:definition",
        stoppedAt: new Date(2000),
        containers: [{ name: "web", exitCode: 1 }],
      },
    ],
  },
  DescribeTaskDefinitionCommand: {
    taskDefinition: {
      containerDefinitions: [
        {
          name: "web",
          logConfiguration: { options: { "awslogs-group": "/orders", "awslogs-stream-prefix": "a" } },
        },
      ],
    },
  },
};

/** What a failed deployment's error becomes, and what was shown. */
async function explained(error: string, answers: Record<string, unknown>) {
  class FakeAws extends Aws {
    override client<C>(): C {
      const send = (command: object): Promise<unknown> => {
        const answer = { ...usual, ...answers }[command.constructor.name];
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      };
      return { send } as C;
    }
  }
  const aws = new FakeAws("http://127.0.0.1:1", new Clock(1), () => undefined);
  const shown: string[] = [];
  const progress = { fail: (text: string) => shown.push(text) } as unknown as Progress;
  const action = { status: "Failed", startedAt: 1000, error, deployment: {} };
  await explain(aws, environment, "orders", { actions: [action] } as unknown as ReleaseTimeline, progress);
  return { error: action.error, shown };
}

describe("the last words of a failed deployment", () => {
  it("are its task's, beside its own error", async () => {
    const words = "the last lines of web in /orders:\n  one\n  two";
    assert.deepEqual(await explained("Failed", {}), { error: `Failed\n${words}`, shown: [words] });
  });

  it("are its hook's, where the hook failed", async () => {
    const words = "the last lines of orders-hook in /aws/lambda/orders-hook:\n  one\n  two";
    assert.deepEqual(await explained(hookFailed, {}), { error: `${hookFailed}\n${words}`, shown: [words] });
  });

  it("come after what ECS says of its health checks, of this deployment", async () => {
    const unhealthy = (ms: number, code: number) => ({
      createdAt: new Date(ms),
      message: `(task 1) is unhealthy in (target-group arn) due to (reason Health checks failed with these codes: [${code}])`,
    });
    const events = [
      { createdAt: new Date(3000), message: "(service orders) has reached a steady state." },
      unhealthy(2000, 404),
      unhealthy(999, 500),
    ];
    const answers = { DescribeServicesCommand: { services: [{ events }] } };
    const words = `${events[1]?.message}\nthe last lines of web in /orders:\n  one\n  two`;
    assert.deepEqual(await explained("Failed", answers), { error: `Failed\n${words}`, shown: [words] });
    const early = { DescribeServicesCommand: { services: [{ events: events.slice(2) }] } };
    assert.doesNotMatch((await explained("Failed", early)).error, /unhealthy/);
  });

  for (const [what, error, answers] of [
    ["a hook without a log group", hookFailed, { DescribeLogStreamsCommand: notThere }],
    ["a hook without a stream, and no task that ended", hookFailed, nothing("logStreams")],
    ["a task without a log group or stream", "Failed", { GetLogEventsCommand: notThere }],
    ["a task whose stream is empty", "Failed", { GetLogEventsCommand: { events: [] } }],
    ["no task at all", "Failed", { ListTasksCommand: { taskArns: [] } }],
  ] as const)
    it(`are none of ${what}`, async () =>
      assert.deepEqual(await explained(error, answers), { error, shown: [] }));

  it("do not hide that logs cannot be read", async () => {
    const denied = new CloudWatchLogsServiceException({
      name: "AccessDeniedException",
      message: "not yours",
      $fault: "client",
      $metadata: {},
    });
    await assert.rejects(explained("Failed", { GetLogEventsCommand: denied }), /not yours/);
  });
});

function nothing(key: string): Record<string, unknown> {
  return { DescribeLogStreamsCommand: { [key]: [] }, ListTasksCommand: { taskArns: [] } };
}
