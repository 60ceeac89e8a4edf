import assert from "node:assert/strict";
import { timelineRows } from "./rows";
import { sampleResult } from "./testing";

describe("the rows of the timeline", () => {
  const [, bad] = sampleResult().scenarios;
  const { rows, bars } = timelineRows(bad?.releases ?? []);

  it("are the stages, with the steps of their deployments below", () => {
    assert.deepEqual(
      rows.map(({ label, indented }) => (indented ? `- ${label}` : label)),
      [
        "Source",
        "Approve",
        "Deploy",
        "- BeforeInstall",
        "- Install",
        "- AllowTestTraffic",
        "- AfterAllowTestTraffic",
        "- AllowTraffic",
        "- Rollback",
        "- Termination wait",
        "Verify",
      ],
    );
  });

  it("hold a bar for each time that it happened", () => {
    const of = (row: string) =>
      bars.filter((bar) => bar.row === row).map(({ status, from, to }) => [status, to - from]);
    assert.deepEqual(of("Deploy"), [
      ["Failed", 246_000],
      ["Succeeded", 686_000],
    ]);
    assert.deepEqual(of("Deploy/AllowTraffic"), [
      ["Failed", 140_000],
      ["Succeeded", 300_000],
    ]);
    assert.deepEqual(of("Deploy/Rollback"), [["RolledBack", 20_000]]);
    assert.deepEqual(of("Verify"), [["Succeeded", 60_000]]);
  });
});
