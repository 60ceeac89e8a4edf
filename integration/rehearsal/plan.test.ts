import assert from "node:assert/strict";
import { planOf } from "./plan";

const candidates = [
  { name: "trivia", kind: "ecs", uses: ["board"] },
  { name: "board", kind: "ecs", uses: ["store"] },
  { name: "store", kind: "ecs" },
  { name: "mail", kind: "lambda" },
  { name: "news", kind: "lambda" },
];
const leftOut = (name: string) => ({
  service: name,
  reason: `nobody asked for it: --service ${name} or --all rehearses it`,
  asked: false,
});

describe("which services are rehearsed", () => {
  it("is the first of each kind; what they use stands first, and the others are named", () => {
    assert.deepEqual(planOf(candidates, {}), {
      rehearsed: ["trivia", "mail"],
      standing: ["store", "board"],
      notRehearsed: [leftOut("news")],
    });
  });

  it("is what is named, in the list's order", () => {
    assert.deepEqual(planOf(candidates, { services: ["news", "board"] }), {
      rehearsed: ["board", "news"],
      standing: ["store"],
      notRehearsed: [leftOut("trivia"), leftOut("mail")],
    });
  });

  it("is all of them", () => {
    const { rehearsed, standing, notRehearsed } = planOf(candidates, { all: true });
    assert.deepEqual(rehearsed, ["trivia", "board", "store", "mail", "news"]);
    assert.deepEqual([standing, notRehearsed], [[], []]);
  });

  it("refuses what there is not, and says what there is", () => {
    assert.throws(() => planOf(candidates, { services: ["board", "bord"] }), {
      name: "PlanError",
      message:
        "--service bord: there is no such service; infra/services.ts has trivia, board, store, mail, news",
    });
  });
});
