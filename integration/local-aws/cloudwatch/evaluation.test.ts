import assert from "node:assert/strict";
import { evaluate, reasonOf, type AlarmRule, type AlarmState, type PeriodValue } from "./evaluation";

const values: Record<string, PeriodValue> = { "0": 0, X: 9, "-": undefined };
const range = (text: string) => text.split(" ").map((sign) => values[sign]);
const rule = (datapointsToAlarm: number, treatMissingData: AlarmRule["treatMissingData"]): AlarmRule => ({
  evaluationPeriods: 3,
  datapointsToAlarm,
  threshold: 5,
  comparison: "GreaterThanOrEqualToThreshold",
  treatMissingData,
});

// The tables of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html:
// MISSING, IGNORE, BREACHING, NOT BREACHING; "keep" is "retain current state".
const treatments = ["missing", "ignore", "breaching", "notBreaching"] as const;
const tables: Record<number, [string, string[]][]> = {
  3: [
    ["0 - X - X", ["OK", "OK", "OK", "OK"]],
    ["- - - - 0", ["OK", "OK", "OK", "OK"]],
    ["- - - - -", ["INSUFFICIENT_DATA", "keep", "ALARM", "OK"]],
    ["0 X X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["- - X - -", ["ALARM", "keep", "ALARM", "OK"]],
  ],
  2: [
    ["0 - X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["0 0 X 0 X", ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["0 - X - -", ["OK", "OK", "ALARM", "OK"]],
    ["- - - - 0", ["OK", "OK", "ALARM", "OK"]],
    ["- - - X -", ["ALARM", "keep", "ALARM", "OK"]],
  ],
};

describe("alarm evaluation", () => {
  for (const [datapointsToAlarm, rows] of Object.entries(tables)) {
    for (const [text, states] of rows) {
      it(`${datapointsToAlarm} out of 3: ${text}`, () => {
        for (const current of ["OK", "ALARM", "INSUFFICIENT_DATA"] as AlarmState[]) {
          assert.deepEqual(
            treatments.map((each) => evaluate(rule(Number(datapointsToAlarm), each), range(text), current)),
            states.map((state) => (state === "keep" ? current : state)),
          );
        }
      });
    }
  }

  it("waits for more data after a single new breaching data point", () => {
    assert.equal(evaluate(rule(3, "missing"), range("- - - - X"), "INSUFFICIENT_DATA"), "INSUFFICIENT_DATA");
    assert.equal(evaluate(rule(3, "missing"), range("- - - - X"), "OK"), "OK");
  });

  it("holds an alarm of one period until its data point has left the range", () => {
    const one: AlarmRule = { ...rule(1, "notBreaching"), evaluationPeriods: 1 };
    assert.equal(evaluate(one, range("- - X"), "OK"), "ALARM");
    assert.equal(evaluate(one, range("X - -"), "ALARM"), "ALARM");
    assert.equal(evaluate(one, range("- - -"), "ALARM"), "OK");
    assert.equal(evaluate(one, range("X - 0"), "ALARM"), "OK");
  });

  for (const [comparison, expected] of [
    ["GreaterThanOrEqualToThreshold", "OK ALARM ALARM"],
    ["GreaterThanThreshold", "OK OK ALARM"],
    ["LessThanThreshold", "ALARM OK OK"],
    ["LessThanOrEqualToThreshold", "ALARM ALARM OK"],
  ] as const) {
    it(`compares: ${comparison}`, () => {
      const one: AlarmRule = { ...rule(1, "missing"), evaluationPeriods: 1, comparison };
      assert.equal([4, 5, 6].map((value) => evaluate(one, [value], "OK")).join(" "), expected);
    });
  }

  it("says why", () => {
    const { evaluationPeriods, ...rest } = rule(1, "notBreaching");
    assert.equal(
      reasonOf({ ...rest, evaluationPeriods: 1 }, range("- - X"), "ALARM"),
      "Threshold Crossed: 1 out of the last 1 datapoints [9] was greater than or equal to the threshold (5) " +
        "(minimum 1 datapoint for OK -> ALARM transition).",
    );
    assert.equal(
      reasonOf({ ...rest, evaluationPeriods }, range("- - - - -"), "OK"),
      "Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as [NonBreaching].",
    );
  });
});
