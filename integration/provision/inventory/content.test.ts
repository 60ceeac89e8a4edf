import assert from "node:assert/strict";
import { zipSync } from "fflate";
import { contentOf } from "./content";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("Content of an object", () => {
  it("of a zip is its files, whatever the zip looks like", () => {
    const [a, b] = [bytes("1"), bytes("2")];
    const first = zipSync({ a, "d/b": b }, { level: 9, mtime: "2020-01-01" });
    const second = zipSync({ "d/b": b, a }, { level: 0, mtime: "2021-01-01" });
    assert.notDeepEqual(first, second);
    assert.deepEqual(contentOf(first), { a: "1", "d/b": "2" });
    assert.deepEqual(contentOf(second), contentOf(first));
    assert.notDeepEqual(contentOf(zipSync({ a, "d/b": a })), contentOf(first));
  });

  it("is a short text, or else a hash", () => {
    assert.equal(contentOf(bytes("arn:…")), "arn:…");
    assert.equal(contentOf(bytes("")), "");
    const hash = /^sha256:[0-9a-f]{64}$/;
    assert.match(String(contentOf(bytes("x".repeat(20_000)))), hash);
    assert.match(String(contentOf(Uint8Array.of(0xff, 0xfe, 1))), hash);
    assert.notEqual(contentOf(Uint8Array.of(0xff, 1)), contentOf(Uint8Array.of(0xff, 2)));
  });
});
