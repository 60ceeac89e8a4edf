import assert from "node:assert/strict";
import { Rates } from "./rates";
import { dueBetween } from "./traffic/rate";

/** Clients that note what they are told. */
function join(rates: Rates) {
  const told: number[] = [];
  return { share: rates.join((rate) => void told.push(rate)), told };
}

describe("rates", () => {
  it("go where something is deployed, and are never more in all", () => {
    const rates = new Rates(100);
    const [a, b, c, d] = [join(rates), join(rates), join(rates), join(rates)];
    const now = () => [a, b, c, d].map(({ share }) => share.ratePerSecond);
    assert.deepEqual(now(), [10, 10, 10, 10]);
    a.share.attend("evidence");
    assert.deepEqual(now(), [170, 10, 10, 10]);
    b.share.attend("deployment");
    assert.deepEqual(now(), [138, 42, 10, 10]);
    for (const { share } of [b, c, d]) share.attend("evidence");
    assert.deepEqual(now(), [50, 50, 50, 50]);
    for (const { share } of [b, c, d]) share.attend("rest");
    rates.leave(d.share);
    assert.deepEqual(now().slice(0, 3), [180, 10, 10]);
    assert.deepEqual(
      b.told.map((rate) => Math.round(rate)),
      [10, 42, 90, 63, 50, 10],
    );
  });

  it("leave something for everybody, however many there are", () => {
    const rates = new Rates(100);
    const all = Array.from({ length: 20 }, () => join(rates));
    all[0]?.share.attend("deployment");
    assert.deepEqual(
      all.slice(0, 2).map(({ share }) => share.ratePerSecond),
      [200 - 19 * 2, 2],
    );
  });

  it("say when enough has been sent, at whatever rates", async () => {
    const rates = new Rates(100);
    const { share } = join(rates);
    const from = performance.timeOrigin + performance.now();
    const sent = share.sent(20, from);
    share.attend("evidence");
    await sent;
    const tookMs = performance.timeOrigin + performance.now() - from;
    // 200 a second: at the rate of one that rests, it would take two seconds.
    assert.ok(tookMs >= 95 && tookMs < 1500, `${tookMs} ms`);
  });
});

describe("requests that are due", () => {
  const segments = [
    { from: 1000, ratePerSecond: 10 },
    { from: 2000, ratePerSecond: 100 },
  ];
  for (const [from, to, due] of [
    [1000, 2000, 10],
    [0, 1500, 5],
    [1900, 2100, 11],
    [2500, 3000, 50],
    [0, 1000, 0],
  ] as const)
    it(`are ${due} from ${from} to ${to}`, () => assert.equal(dueBetween(segments, from, to), due));
});
