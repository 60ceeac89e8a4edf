import assert from "node:assert/strict";
import type { ScenarioResult } from "./model";
import { expecting, type Verdict } from "./outcome";
import { standings } from "./standings";
import { recordingOf } from "./traffic/testing";

const verdict = (environment: string, version: string, outcome: Verdict["outcome"]) =>
  expecting({ service: "shop", environment, version, outcome, reason: "", claims: [], parts: [] }, ["safe"]);
const scenario = (id: string, releases: ReturnType<typeof verdict>[]): ScenarioResult => ({
  service: "shop",
  id,
  title: "",
  description: "",
  startedAt: 0,
  endedAt: 0,
  wallMs: 0,
  verdict: { asExpected: true, releases },
  releases: [],
  traffic: [],
});
const scenarios = [
  scenario("first", [verdict("staging", "1", "safe")]),
  scenario("second", [verdict("staging", "2", "not safe")]),
];
const named = (service: number, balancer: number) =>
  recordingOf(0, () => ({}), { versionNamedBy: { service, "load balancer": balancer } });

const promised = { objectives: { availabilityPercent: 99.9, latencyP99Ms: 500 }, expectedRate: 10 };

describe("the standings", () => {
  it("have every pipeline of the stacks, with what became of its releases", () => {
    const pipelines = ["staging", "prod"].flatMap((environment) =>
      ["shop", "stock"].map((service) => ({ service, environment, ...promised })),
    );
    const leftOut = [{ service: "stock", reason: "it is the second of its kind", asked: false }];
    assert.deepEqual(
      standings(pipelines, scenarios, leftOut).map(({ service, environment, releases, notRehearsed }) => [
        `${service} ${environment}`,
        releases.map(({ scenario: id, version, outcome, asExpected }) =>
          [id, version, outcome, asExpected].join(" "),
        ),
        notRehearsed,
      ]),
      [
        ["shop staging", ["first 1 safe true", "second 2 not safe false"], undefined],
        ["stock staging", [], "it is the second of its kind"],
        ["shop prod", [], "no scenario released it to its end"],
        ["stock prod", [], "it is the second of its kind"],
      ],
    );
  });

  it("take a reason for one environment as that one's", () => {
    const pipelines = ["staging", "prod"].map((environment) => ({
      service: "stock",
      environment,
      ...promised,
    }));
    const leftOut = [{ service: "stock", environment: "prod", reason: "nobody approved it", asked: false }];
    assert.deepEqual(
      standings(pipelines, [], leftOut).map(({ notRehearsed }) => notRehearsed),
      ["no scenario released it to its end", "nobody approved it"],
    );
  });

  it("say who named the version", () => {
    const pipelines = [named(9, 0), named(0, 9), named(1, 1), named(0, 0), undefined].map((recording) => ({
      service: "shop",
      environment: "prod",
      ...promised,
      recording,
    }));
    assert.deepEqual(
      standings(pipelines, [], []).map(({ versionNamedBy }) => versionNamedBy),
      ["service", "load balancer", "both", "nobody", undefined],
    );
  });
});
