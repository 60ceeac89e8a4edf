import assert from "node:assert/strict";
import type { LocalAws } from "../local-aws/local-aws";
import type { Environment } from "./environments";
import { settle } from "./settle";

describe("what bringing the stacks up has set off", () => {
  const prod = { name: "prod", services: { quiz: { pipelineName: "prod-quiz" } } } as unknown as Environment;

  /** A local AWS whose pipelines give these statuses, one look after the other. */
  function local(looks: string[][], stability = ["STEADY_STATE"]) {
    const order: string[] = [];
    const send = (command: object) => {
      if (command.constructor.name === "DescribeServicesCommand") {
        order.push("tasks");
        return Promise.resolve({ services: [{ taskSets: [{ stabilityStatus: stability.shift() }] }] });
      }
      order.push("look");
      return Promise.resolve({
        pipelineExecutionSummaries: (looks.shift() ?? []).map((status) => ({ status })),
      });
    };
    const settled = () => Promise.resolve(void order.push("events"));
    const aws = { client: () => ({ send }) };
    return { order, local: { aws, settled } as unknown as LocalAws };
  }

  it("has come to its end, events first, before anything is released", async () => {
    const { order, local: one } = local([["InProgress", "Failed"], ["Stopping"], ["Failed", "Failed"]]);
    await settle(one, [prod]);
    assert.deepEqual(order, ["events", "look", "look", "look", "tasks"]);
  });

  it("is also that what stands in for the services serves", async () => {
    const { order, local: one } = local([[]], ["STABILIZING", "STABILIZING", "STEADY_STATE"]);
    await settle(one, [prod]);
    assert.deepEqual(order, ["events", "look", "tasks", "tasks", "tasks"]);
    await assert.rejects(
      settle(local([[]], []).local, [prod], 100),
      /the tasks that stand in for .* do not serve/,
    );
  });

  it("is named when it goes on", async () => {
    const looks = Array.from({ length: 50 }, () => ["InProgress"]);
    await assert.rejects(settle(local(looks).local, [prod], 100), /the pipeline prod-quiz still runs/);
  });
});
