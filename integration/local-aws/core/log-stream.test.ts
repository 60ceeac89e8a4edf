import assert from "node:assert/strict";
import { PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { Aws, Identity } from "./aws";
import { Clock } from "./clock";
import { LogStream, longestEvent } from "./log-stream";

describe("a log stream", () => {
  it("keeps the order and all of every line, in as many events as a long one needs", async () => {
    const messages: (string | undefined)[] = [];
    const send = async (command: unknown) => {
      if (command instanceof PutLogEventsCommand)
        messages.push(...(command.input.logEvents ?? []).map(({ message }) => message));
      return Promise.resolve({});
    };
    const warnings: string[] = [];
    const aws = {
      clock: new Clock(1),
      client: () => ({ send }),
      warn: (text: string) => warnings.push(text),
    };
    const stream = new LogStream(aws as unknown as Aws, {} as Identity, "group", "stream", true);
    stream.write("first");
    stream.write("");
    stream.write(`${"a".repeat(longestEvent)}${"b".repeat(longestEvent)}c`);
    stream.write("last");
    await stream.flush();
    assert.deepEqual(messages, ["first", "a".repeat(longestEvent), "b".repeat(longestEvent), "c", "last"]);
    assert.deepEqual(warnings, []);
  });
});
