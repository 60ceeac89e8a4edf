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

describe("which scenarios are played", () => {
  const has: Record<string, string[]> = { trivia: ["good", "bad"], board: ["good"], mail: [] };
  const chosen = (ids: readonly string[]) => (service: string) =>
    (has[service] ?? []).filter((id) => ids.includes(id)).map((id) => ({ id }));
  const asked = { services: ["trivia", "board", "mail"] };
  const planned = (ids: string[]) => planWith(candidates, asked, ids, chosen(ids));

  it("is what each service has; what it lacks is named", () => {
    const { plan, notPlayed } = planned(["good", "bad"]);
    assert.deepEqual(plan.rehearsed, ["trivia", "board"]);
    assert.deepEqual(notPlayed, [
      { service: "board", scenario: "bad" },
      { service: "mail", scenario: "good" },
      { service: "mail", scenario: "bad" },
    ]);
    assert.equal(
      plan.notRehearsed.find(({ service }) => service === "mail")?.reason,
      "it has no scenario good or bad",
    );
  });

  it("lets a service that has none stand where another uses it", () => {
    const { plan } = planned(["bad"]);
    assert.deepEqual([plan.rehearsed, plan.standing], [["trivia"], ["store", "board"]]);
    assert.deepEqual(
      plan.notRehearsed.map(({ service }) => service),
      ["mail", "news"],
    );
  });

  it("is refused where no service has any", () =>
    assert.throws(() => planned(["ugly"]), {
      name: "PlanError",
      message: "--scenario ugly: none of these is a scenario of trivia or board or mail",
    }));
});
