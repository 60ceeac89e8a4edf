import assert from "node:assert/strict";
import { planOf, planWith } from "./plan";

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

describe("which services have something to play", () => {
  const asked = { services: ["trivia", "board", "mail"] };

  it("are rehearsed, and the others are named", () => {
    const { rehearsed, notRehearsed } = planWith(candidates, asked, ["good", "bad"], ["trivia", "board"]);
    assert.deepEqual(rehearsed, ["trivia", "board"]);
    assert.equal(
      notRehearsed.find(({ service }) => service === "mail")?.reason,
      "it has no scenario good or bad",
    );
  });

  it("have those that they use beside them", () => {
    const { rehearsed, standing, notRehearsed } = planWith(candidates, asked, ["bad"], ["trivia"]);
    assert.deepEqual([rehearsed, standing], [["trivia"], ["store", "board"]]);
    assert.deepEqual(
      notRehearsed.map(({ service }) => service),
      ["mail", "news"],
    );
  });

  it("are one at least", () =>
    assert.throws(() => planWith(candidates, asked, ["ugly"], []), {
      name: "PlanError",
      message: "--scenario ugly: none of these is a scenario of trivia or board or mail; --help lists all",
    }));
});
