import { Aws, type Identity } from "../core/aws";
import { Clock } from "../core/clock";
import type { BusEvent } from "../core/events";
import { Buses } from "./bus";
import { Rules, type BusName } from "./rules";

export type Answers = Record<string, (input: never, identity: Identity) => unknown>;

/** For the tests: the rest of AWS, by the names of the commands that are sent to it. */
export class FakeAws extends Aws {
  readonly sent: { command: string; input: Record<string, unknown>; as: string }[] = [];
  readonly warnings: string[];

  constructor(
    readonly answers: Answers,
    speed = 10_000,
  ) {
    const warnings: string[] = [];
    super("http://127.0.0.1:1", new Clock(speed), (message) => warnings.push(message));
    this.warnings = warnings;
  }

  override client<C>(_Client: unknown, identity: Identity): C {
    const send = async (command: { input: Record<string, unknown> }) => {
      const name = command.constructor.name;
      this.sent.push({ command: name, input: command.input, as: identity.credentials.accessKeyId });
      const answer = this.answers[name];
      if (!answer) throw new Error(`the fake does not know ${name}`);
      return (await answer(command.input as never, identity)) as unknown;
    };
    return { send } as C;
  }

  override assumeRole(roleArn: string, region: string, session: string): Promise<Identity> {
    if (roleArn.endsWith("/refused")) return Promise.reject(new Error("not trusted"));
    const credentials = { accessKeyId: roleArn, secretAccessKey: "secret", sessionToken: session };
    const [, , , , account = "", role = ""] = roleArn.split(":");
    const arn = `arn:aws:sts::${account}:assumed-${role}/${session}`;
    return Promise.resolve({ account, region, arn, credentials });
  }

  inputs(command: string): Record<string, unknown>[] {
    return this.sent.filter((one) => one.command === command).map(({ input }) => input);
  }
}

export const account = "111111111111";
export const caller: Identity = {
  account,
  region: "us-east-1",
  arn: `arn:aws:iam::${account}:root`,
  credentials: { accessKeyId: account, secretAccessKey: "x" },
};
export const defaultBus: BusName = { account, region: "us-east-1", bus: "default" };

export const event = (change: Partial<BusEvent> = {}): BusEvent => ({
  version: "0",
  id: "3c1f0f9a-0000-4000-8000-000000000001",
  "detail-type": "Case",
  source: "case.shop",
  account,
  time: "2026-03-01T02:00:00Z",
  region: "us-east-1",
  resources: [],
  detail: { state: "FAILED", n: 5 },
  ...change,
});

export const ruleArn = `arn:aws:events:us-east-1:${account}:rule/release`;

/** Buses with one rule that matches everything, and its targets. */
export function busesWith(targets: object[], answers: Answers = {}, matches = true) {
  const aws = new FakeAws({
    ListRulesCommand: () => ({
      Rules: [
        { Name: "off", State: "DISABLED", EventPattern: "{}" },
        { Name: "hourly", State: "ENABLED", ScheduleExpression: "rate(1 hour)" },
        { Name: "release", Arn: ruleArn, State: "ENABLED", EventPattern: '{"source":["case.shop"]}' },
      ],
    }),
    ListTargetsByRuleCommand: () => ({ Targets: targets }),
    TestEventPatternCommand: () => ({ Result: matches }),
    ...answers,
  });
  const buses = new Buses(aws, new Rules(aws));
  return {
    aws,
    buses,
    put: async (given: BusEvent = event(), bus = defaultBus) => {
      buses.put(given, bus);
      await buses.settled();
    },
  };
}
