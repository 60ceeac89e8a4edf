import assert from "node:assert/strict";
import type { Expectation } from "./definition";
import { expectsStatus, wrongWith } from "./expectation";

describe("what clients expect of an answer", () => {
  it("is a status of 200, another one, or one of several", () => {
    assert.deepEqual([expectsStatus({}, 200), expectsStatus({}, 204)], [true, false]);
    assert.deepEqual(
      [expectsStatus({ status: 404 }, 404), expectsStatus({ status: 404 }, 200)],
      [true, false],
    );
    assert.deepEqual(
      [304, 200, 500].map((came) => expectsStatus({ status: [200, 304] }, came)),
      [true, true, false],
    );
  });

  const body = JSON.stringify({ id: 1, tags: ["a", { b: 2, c: 3 }], none: null });
  const cases: [string, Expectation, string | undefined][] = [
    ["nothing", {}, undefined],
    ["fields that are there", { has: ["id", "tags.1.b", "none"] }, undefined],
    ["a field that is not there", { has: ["tags.2"] }, 'the body has no "tags.2"'],
    ["a part of the body", { json: { tags: ["a", { b: 2 }] } }, undefined],
    ["another value", { json: { tags: ["a", { b: 3 }] } }, '"tags.1.b" in the body is 2, not 3'],
    ["a member that is not there", { json: { name: "x" } }, 'the body has no "name"'],
    ["a longer list", { json: { tags: ["a", {}, "c"] } }, '"tags" in the body has 2 items, not 3'],
    ["an object that is none", { json: { id: {} } }, '"id" in the body is 1, not an object'],
    ["a whole other body", { json: [] }, `the body is ${body.slice(0, 60)}, not a list`],
    ["a header", { headers: { ETag: '"1"' } }, undefined],
    ["another header's value", { headers: { etag: '"2"' } }, 'the header etag is "\\"1\\"", not "\\"2\\""'],
    ["a header that is not there", { headers: { vary: "*" } }, "the header vary is missing"],
  ];
  for (const [what, expected, problem] of cases)
    it(`may be ${what}`, () => assert.equal(wrongWith(expected, { etag: '"1"' }, body), problem));

  it("of a body that is not JSON is not met", () =>
    assert.equal(wrongWith({ has: ["a"] }, {}, "<html>"), "the body is not JSON"));
});
