import assert from "node:assert/strict";
import { isZone, ofRules, ofScheduler, parseSchedule } from ".";

/** Taken, with what comes next after a Sunday, 2026-03-01T00:00:00Z, in UTC. */
const taken: Record<string, readonly string[]> = {
  "cron(0 2 ? * MON-FRI *)": ["2026-03-02T02:00:00Z", "2026-03-03T02:00:00Z", "2026-03-04T02:00:00Z"],
  "cron(0/15 * * * ? *)": ["2026-03-01T00:15:00Z", "2026-03-01T00:30:00Z", "2026-03-01T00:45:00Z"],
  "cron(0 8 1W * ? *)": ["2026-03-02T08:00:00Z", "2026-04-01T08:00:00Z", "2026-05-01T08:00:00Z"],
  "cron(0 0 L * ? *)": ["2026-03-31T00:00:00Z", "2026-04-30T00:00:00Z", "2026-05-31T00:00:00Z"],
  "cron(0 10 ? * 6L *)": ["2026-03-27T10:00:00Z", "2026-04-24T10:00:00Z", "2026-05-29T10:00:00Z"],
  "cron(0 10 ? * 3#2 *)": ["2026-03-10T10:00:00Z", "2026-04-14T10:00:00Z", "2026-05-12T10:00:00Z"],
  "cron(5,35 14 * * ? *)": ["2026-03-01T14:05:00Z", "2026-03-01T14:35:00Z", "2026-03-02T14:05:00Z"],
  "cron(0 11-23/2 * * ? *)": ["2026-03-01T11:00:00Z", "2026-03-01T13:00:00Z", "2026-03-01T15:00:00Z"],
  "cron(0 0 29 2 ? *)": ["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z", "2036-02-29T00:00:00Z"],
  "cron(30 9 ? 1,7 2#1 *)": ["2026-07-06T09:30:00Z", "2027-01-04T09:30:00Z", "2027-07-05T09:30:00Z"],
  "cron(15 10 ? * 1 2027)": ["2027-01-03T10:15:00Z", "2027-01-10T10:15:00Z", "2027-01-17T10:15:00Z"],
  "cron(0 22-2 * * ? *)": ["2026-03-01T01:00:00Z", "2026-03-01T02:00:00Z", "2026-03-01T22:00:00Z"],
  "cron(0 4 ? * 3-1 *)": ["2026-03-01T04:00:00Z", "2026-03-03T04:00:00Z", "2026-03-04T04:00:00Z"],
  "rate(1 minute)": ["2026-03-01T00:01:00Z", "2026-03-01T00:02:00Z", "2026-03-01T00:03:00Z"],
  "rate(5 minutes)": ["2026-03-01T00:05:00Z", "2026-03-01T00:10:00Z", "2026-03-01T00:15:00Z"],
  "rate(1 hour)": ["2026-03-01T01:00:00Z", "2026-03-01T02:00:00Z", "2026-03-01T03:00:00Z"],
  "rate(12 hours)": ["2026-03-01T12:00:00Z", "2026-03-02T00:00:00Z", "2026-03-02T12:00:00Z"],
  "rate(1 day)": ["2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z"],
  "rate(7 days)": ["2026-03-08T00:00:00Z", "2026-03-15T00:00:00Z", "2026-03-22T00:00:00Z"],
};
const refused = [
  "cron(0 2 * * MON-FRI *)",
  "cron(0 2 * * * *)",
  "cron(0 2 * * ?)",
  "0 2 * * ? *",
  "cron(0 2 ? * 0 *)",
  "cron(0 2 ? * -1 *)",
  "cron(0 2 ? * 8 *)",
  "cron(0 24 * * ? *)",
  "cron(60 2 * * ? *)",
  "cron(*/60 * * * ? *)",
  "cron(* ? * * ? *)",
  "cron(0 2 ? * 3#1,6#3 *)",
  "cron(0 2 32 * ? *)",
  "cron(0 2 * 13 ? *)",
  "cron()",
  "cron(0 2 ? * MON-FRI)",
  "@daily",
  "at(2027-03-01T02:00:00)",
  "rate(1 minutes)",
  "rate(5 minute)",
  "rate(0 minutes)",
  "rate(-1 days)",
  "rate(1.5 hours)",
  "rate(30 seconds)",
  "rate(5minutes)",
  "rate(minutes)",
];

const ms = (text: string) => Date.parse(text);
function nextThree(expression: string, after: string, zone = "UTC", from = after): string[] {
  const schedule = parseSchedule(expression, ofScheduler) ?? assert.fail(`${expression} is refused`);
  const found: string[] = [];
  for (let time = ms(after); found.length < 3;) {
    const next = schedule.next(time, ms(from), zone);
    if (next === undefined) break;
    found.push(new Date((time = next)).toISOString().replace(".000Z", "Z"));
  }
  return found;
}

describe("schedule expressions", () => {
  for (const [expression, expected] of Object.entries(taken))
    it(`${expression}`, () => {
      assert.ok(parseSchedule(expression, ofRules));
      assert.deepEqual(nextThree(expression, "2026-03-01T00:00:00Z"), expected);
    });

  for (const expression of refused)
    it(`${expression} is refused`, () => assert.equal(parseSchedule(expression, ofRules), undefined));

  it("rates count from the start, by whole steps", () => {
    const from = "2026-03-01T00:00:30Z";
    assert.deepEqual(nextThree("rate(5 minutes)", "2026-03-01T00:11:00Z", "UTC", from), [
      "2026-03-01T00:15:30Z",
      "2026-03-01T00:20:30Z",
      "2026-03-01T00:25:30Z",
    ]);
    // A start that is yet to come is not fired at, as a rule's creation is not.
    assert.equal(nextThree("rate(1 hour)", "2026-02-01T00:00:00Z", "UTC", from)[0], "2026-03-01T01:00:30Z");
  });

  it("at() comes once, in its zone, and only in Scheduler", () => {
    const expression = "at(2030-03-01T02:00:00)";
    assert.equal(parseSchedule(expression, ofRules), undefined);
    assert.deepEqual(nextThree(expression, "2026-03-01T00:00:00Z", "Europe/Berlin"), [
      "2030-03-01T01:00:00Z",
    ]);
    assert.deepEqual(nextThree(expression, "2031-01-01T00:00:00Z"), []);
    for (const wrong of ["at(2030-03-01)", "at(2030-02-30T02:00:00)", "at(2030-03-01T02:00:00Z)", "at()"])
      assert.equal(parseSchedule(wrong, ofScheduler), undefined, wrong);
  });

  it("a time that a clock change leaves out is skipped", () => {
    assert.deepEqual(nextThree("cron(30 2 * * ? *)", "2026-03-27T12:00:00Z", "Europe/Berlin"), [
      "2026-03-28T01:30:00Z",
      "2026-03-30T00:30:00Z",
      "2026-03-31T00:30:00Z",
    ]);
    assert.deepEqual(nextThree("cron(0 2 ? * MON-FRI *)", "2026-03-27T12:00:00Z", "Europe/Berlin"), [
      "2026-03-30T00:00:00Z",
      "2026-03-31T00:00:00Z",
      "2026-04-01T00:00:00Z",
    ]);
  });

  it("a time that comes twice runs once", () => {
    assert.deepEqual(nextThree("cron(30 2 * * ? *)", "2026-10-24T12:00:00Z", "Europe/Berlin"), [
      "2026-10-25T00:30:00Z",
      "2026-10-26T01:30:00Z",
      "2026-10-27T01:30:00Z",
    ]);
  });

  it("a nearest weekday stays in its month", () => {
    // 31 May 2026 is a Sunday, 1 August a Saturday.
    assert.equal(nextThree("cron(0 8 31W * ? *)", "2026-05-01T00:00:00Z")[0], "2026-05-29T08:00:00Z");
    assert.equal(nextThree("cron(0 8 1W * ? *)", "2026-08-01T00:00:00Z")[0], "2026-08-03T08:00:00Z");
    // February has no 30th.
    assert.equal(nextThree("cron(0 8 30W * ? *)", "2026-02-01T00:00:00Z")[0], "2026-03-30T08:00:00Z");
  });

  it("zones are IANA names", () => {
    assert.deepEqual(["Europe/Berlin", "UTC", "Mars/Base", "+01:00", ""].map(isZone), [
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
