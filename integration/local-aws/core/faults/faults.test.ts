import assert from "node:assert/strict";
import { Faults, faultKinds, parseFault, type Fault } from "./index";

describe("generic faults", () => {
  const written: [string, Fault][] = [
    ["5xx 5%", { kind: "5xx", share: 0.05 }],
    ["4xx 12.5 %", { kind: "4xx", share: 0.125 }],
    ["  Wrong   bodies 100%", { kind: "wrong bodies", share: 1 }],
    ["latency 200 ms", { kind: "latency", wallMs: 200, share: 1 }],
    ["latency 200ms 10%", { kind: "latency", wallMs: 200, share: 0.1 }],
    ["reset 5%", { kind: "reset", share: 0.05 }],
    ["slow start 30 seconds", { kind: "slow start", seconds: 30 }],
    ["never healthy", { kind: "never healthy" }],
    ["down after 1 minute", { kind: "down", afterSeconds: 60 }],
    ["exit after 60 seconds", { kind: "exit", afterSeconds: 60 }],
    ["out of memory", { kind: "out of memory" }],
    ["ignores sigterm", { kind: "ignores SIGTERM" }],
  ];
  for (const [text, fault] of written) {
    it(`reads "${text}"`, () => assert.deepEqual(parseFault(text), fault));
  }

  it("reads each example of its own list", () => {
    for (const { kind, example } of faultKinds) assert.equal(parseFault(example).kind, kind);
  });

  for (const [text, message] of [
    ["slow", /no fault "slow"; write one of these:\n {2}5xx 5% +answers[^]*\n {2}ignores SIGTERM /],
    ["5xx", /"5xx" \(as in "5xx 5%"\): "" is not a share of the requests/],
    ["5xx 0%", /"0%" is not a share/],
    ["reset 101%", /"101%" is not a share/],
    ["latency fast", /"fast" is not a delay/],
    ["down after lunch", /"lunch" is not a time/],
    ["slow start 0 seconds", /"0 seconds" is not a time/],
    ["never healthy 5%", /no fault "never healthy 5%"/],
  ] as const) {
    it(`refuses "${text}"`, () => assert.throws(() => parseFault(text), message));
  }

  it("gives a fault to one image in one account, until it is undone", () => {
    const faults = new Faults();
    let told = 0;
    faults.watch(() => told++);
    const candidate = { imageDigest: "sha256:1", account: "222222222222" };
    const undo = faults.inject(candidate, parseFault("5xx 5%"), { seed: 7 });
    assert.deepEqual(faults.of(candidate), [{ fault: { kind: "5xx", share: 0.05 }, seed: 7 }]);
    assert.deepEqual(faults.of({ ...candidate, account: "111111111111" }), []);
    assert.deepEqual(faults.of({ ...candidate, imageDigest: "sha256:2" }), []);
    undo();
    undo();
    assert.deepEqual(faults.of(candidate), []);
    assert.ok(told >= 2);
  });

  it("refuses what containers cannot do here", () => {
    const faults = new Faults();
    faults.cannot = (effect) => (effect.do === "limit memory" ? "run it with Docker" : undefined);
    const image = { imageDigest: "sha256:1", account: "222222222222" };
    assert.throws(
      () => faults.inject(image, { kind: "out of memory" }),
      /"out of memory" cannot be had here: run it with Docker/,
    );
    assert.deepEqual(faults.of(image), []);
  });
});
