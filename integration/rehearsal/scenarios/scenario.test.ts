import assert from "node:assert/strict";
import { Faults } from "../../local-aws/core/faults";
import type { EnvironmentName } from "../environments";
import type { Rehearsal } from "../rehearsal";
import type { PastRelease } from "../release";
import { approvalRejected } from "./approval-rejected";
import { goodRelease } from "./good-release";
import { incidentScenario } from "./incident";
import type { Scenario } from "./scenario";

/** Where each commit's release ends, by its message; one that is not named reaches production. */
type Ends = Record<string, EnvironmentName>;

/** A rehearsal whose pipelines end where the test says. */
class Pipelines {
  hasReleased = false;
  released = 0;
  readonly local = { faults: new Faults() };

  constructor(private readonly ends: Ends) {}

  async release({ message }: { message: string }) {
    const { version, staging } = await this.releaseToStaging({ message });
    const prod = staging.timeline.status === "Succeeded" ? await this.releaseToProd(version) : undefined;
    return { version, staging, prod };
  }

  releaseToStaging({ message }: { message: string }) {
    this.released++;
    return Promise.resolve({ version: message, staging: this.past("staging", message) });
  }

  releaseToProd(version: string) {
    const past = this.past("prod", version);
    this.hasReleased ||= past.timeline.status === "Succeeded";
    return Promise.resolve(past);
  }

  private past(environment: EnvironmentName, intended: string): PastRelease {
    const status = this.ends[intended] === environment ? "Failed" : "Succeeded";
    const timeline = { status, environment, actions: [] } as unknown as PastRelease["timeline"];
    return { environment, timeline, intended, previous: "" };
  }
}

/** What was played, a line each: where, what, and what has to become of it. */
async function played(scenario: Scenario, ends: Ends): Promise<string[]> {
  const releases = await scenario.run(new Pipelines(ends) as unknown as Rehearsal);
  return releases.map(
    ({ release, accepted, next }) =>
      `${release.environment} ${release.intended}: ${accepted.join(" or ")}` +
      (next ? `, then ${next.release.intended}` : ""),
  );
}

const tree = "The working tree";
const baselineLines = [`staging ${tree}: safe`, `prod ${tree}: safe`];

describe("a scenario", () => {
  const incident = incidentScenario({
    id: "outage",
    title: "An outage",
    description: "It came to production once.",
    accepted: ["contained"],
  });

  it("of a good release expects it to be safe in both environments", async () =>
    assert.deepEqual(await played(goodRelease, {}), baselineLines));

  it("whose good release ends in staging gives that to be judged, and ends there", async () => {
    assert.deepEqual(await played(goodRelease, { [tree]: "staging" }), [`staging ${tree}: safe`]);
    assert.deepEqual(await played(incident, { [tree]: "staging" }), [`staging ${tree}: safe`]);
    assert.deepEqual(await played(approvalRejected, { [tree]: "staging" }), [`staging ${tree}: safe`]);
  });

  it("whose good release is taken back in production gives both to be judged, and ends there", async () =>
    assert.deepEqual(await played(incident, { [tree]: "prod" }), baselineLines));

  it("of an incident that production meets wants it contained, and the fix released", async () =>
    assert.deepEqual(await played(incident, { "An outage": "prod" }), [
      ...baselineLines,
      "staging An outage: safe",
      "prod An outage: contained, then Mended",
      "staging Mended: safe",
      "prod Mended: safe",
    ]));

  it("of an incident that staging stops wants the fix released", async () =>
    assert.deepEqual(await played(incident, { "An outage": "staging" }), [
      ...baselineLines,
      "staging An outage: contained",
      "staging Mended: safe",
      "prod Mended: safe",
    ]));

  it("whose fix does not pass staging has no next good release that could be held for one", async () =>
    assert.deepEqual(await played(incident, { "An outage": "prod", Mended: "staging" }), [
      ...baselineLines,
      "staging An outage: safe",
      "prod An outage: contained",
      "staging Mended: safe",
    ]));

  it("of an approver's no wants production untouched, and the next release there", async () =>
    assert.deepEqual(await played(approvalRejected, { "Not on a Friday": "prod" }), [
      ...baselineLines,
      "staging Not on a Friday: safe",
      "prod Not on a Friday: stopped before customers",
      "staging On Monday: safe",
      "prod On Monday: safe",
    ]));
});
