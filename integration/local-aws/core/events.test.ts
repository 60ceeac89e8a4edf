import assert from "node:assert/strict";
import { Clock } from "./clock";
import { Events, type BusEvent } from "./events";

describe("events of acting services", () => {
  it("are delivered beside the service's work, whose time their waits are not", async () => {
    const clock = new Clock(10_000);
    const events = new Events(clock);
    let delivered: Promise<void> = Promise.resolve();
    events.deliverTo(() => void (delivered = clock.sleep(600_000)));
    const { span } = await clock.measure(async () => {
      events.put({
        source: "aws.ecs",
        detailType: "d",
        account: "1",
        region: "r",
        resources: [],
        detail: {},
      });
      await delivered;
    });
    assert.ok(span.awsMs < 300_000, `${span.awsMs} ms are counted`);
  });

  it("are handed over as they were when it happened", () => {
    const events = new Events(new Clock(1));
    const seen: BusEvent[] = [];
    const put = (detail: object) =>
      events.put({
        source: "aws.codebuild",
        detailType: "CodeBuild Build State Change",
        account: "111111111111",
        region: "us-east-1",
        resources: ["arn:a"],
        time: new Date("2026-03-01T02:00:00.678Z"),
        detail,
      });
    put({ before: "anybody listens" });
    events.deliverTo((event) => void seen.push(event));
    const detail = { "build-status": "IN_PROGRESS", reason: undefined };
    put(detail);
    detail["build-status"] = "FAILED";
    const [{ id, ...rest } = assert.fail("no event")] = seen;
    assert.match(id, /^[\da-f-]{36}$/);
    assert.deepEqual(rest, {
      version: "0",
      "detail-type": "CodeBuild Build State Change",
      source: "aws.codebuild",
      account: "111111111111",
      time: "2026-03-01T02:00:00Z",
      region: "us-east-1",
      resources: ["arn:a"],
      detail: { "build-status": "IN_PROGRESS" },
    });
    assert.equal(seen.length, 1);
  });
});
