import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { Changes } from "./changes";

const urn = (type: string, name: string) => `urn:pulumi:prod::greenroom::component$${type}::${name}`;
const bucket = "aws:s3/bucket:Bucket";

/** An event of the engine about a resource, as far as it is looked at. */
function event(
  part: "resourcePreEvent" | "resOutputsEvent",
  op: string,
  name: string,
  more: object = {},
  type = bucket,
): EngineEvent {
  const state = { custom: type.startsWith("aws:") };
  const metadata = { op, urn: urn(type, name), type, new: state, old: state, ...more };
  return { sequence: 1, timestamp: 1, [part]: { metadata } } as unknown as EngineEvent;
}

describe("the changes of an operation", () => {
  it("are those of resources, each once, with what differs and what makes it a replacement", () => {
    const done: string[] = [];
    const changes = new Changes(({ op, name }) => done.push(`${op} ${name}`));
    const details = {
      detailedDiff: { bucket: { diffKind: "update-replace" }, tags: { diffKind: "update" } },
    };
    for (const one of [
      event("resOutputsEvent", "refresh", "kept"),
      event("resourcePreEvent", "same", "kept"),
      event("resOutputsEvent", "same", "kept"),
      event("resourcePreEvent", "update", "component", {}, "greenroom:infra:Thing"),
      event("resourcePreEvent", "create-replacement", "moved", details),
      event("resourcePreEvent", "replace", "moved", details),
      event("resourcePreEvent", "delete-replaced", "moved"),
      event("resourcePreEvent", "update", "changed", { diffs: ["acl"] }),
      event("resOutputsEvent", "update", "changed", { diffs: ["acl"] }),
    ])
      changes.take(one);
    assert.deepEqual(changes.all, [
      { op: "replace", type: bucket, name: "moved", properties: ["bucket", "tags"], replaces: ["bucket"] },
      { op: "update", type: bucket, name: "changed", properties: ["acl"], replaces: [] },
    ]);
    assert.deepEqual(done, ["update changed"]);
    assert.equal(changes.resources, 2);
  });

  it("leave as many resources as there are, however often they are looked at, replaced or found gone", () => {
    const changes = new Changes(() => undefined);
    for (const [op, name] of [
      ["refresh", "kept"],
      ["refresh", "moved"],
      ["refresh", "removed"],
      ["delete", "lost"],
      ["same", "kept"],
      ["create-replacement", "moved"],
      ["replace", "moved"],
      ["create", "lost"],
      ["delete-replaced", "moved"],
      ["delete", "removed"],
    ] as const)
      changes.take(event("resOutputsEvent", op, name));
    assert.equal(changes.resources, 3);
  });

  it("come with the engine's errors, in plain text, with the resource that they are about", () => {
    const changes = new Changes(() => undefined);
    const diagnosticEvent = {
      severity: "error",
      urn: urn(bucket, "taken"),
      message: "<{%fg 1%}>it exists<{%reset%}>\n",
      color: "always",
    };
    changes.take({ sequence: 1, timestamp: 1, diagnosticEvent } as EngineEvent);
    assert.deepEqual(changes.errors, [`${bucket} "taken": it exists`]);
  });
});
