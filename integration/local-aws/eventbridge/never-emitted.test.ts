import assert from "node:assert/strict";
import { neverEmitted } from "./never-emitted";

describe("eventbridge: what a rule waits for", () => {
  const emitted = [
    { source: "aws.ecs", detailTypes: ["ECS Task State Change", "ECS Service Action"] },
    { source: "aws.s3", detailTypes: ["Object Created"] },
  ] as const;
  const says = (pattern: object) => neverEmitted(JSON.stringify(pattern), emitted);

  it("never comes when no service here puts such events", () => {
    assert.equal(
      says({ source: ["aws.ecs"], "detail-type": ["ECS Deployment State Change"] }),
      '"ECS Deployment State Change" of aws.ecs',
    );
    // A type of another source.
    assert.equal(
      says({ source: ["aws.ecs"], "detail-type": ["Object Created"] }),
      '"Object Created" of aws.ecs',
    );
    assert.equal(says({ source: ["aws.health", "aws.guardduty"] }), "events of aws.health or aws.guardduty");
  });

  it("may come when one of its events does, anybody may put it, or the pattern says less", () => {
    assert.equal(says({ source: ["aws.ecs"] }), undefined);
    assert.equal(
      says({ source: ["aws.ecs", "aws.s3"], "detail-type": ["Object Created", "Object Deleted"] }),
      undefined,
    );
    assert.equal(says({ source: ["shop"], "detail-type": ["Sold"] }), undefined);
    assert.equal(says({ source: [{ prefix: "aws." }], "detail-type": ["x"] }), undefined);
    assert.equal(says({ source: ["aws.ecs"], "detail-type": [{ prefix: "ECS" }] }), undefined);
    assert.equal(says({ detail: { state: ["FAILED"] } }), undefined);
    assert.equal(neverEmitted(undefined, emitted), undefined);
    assert.equal(neverEmitted("{", emitted), undefined);
  });
});
