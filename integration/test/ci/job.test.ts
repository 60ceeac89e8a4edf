import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { services } from "../../../infra/services";
import { root, venv } from "../../checkout";
import { usualOf } from "../../rehearsal/scenarios";
import { readWorkflow } from "./github";
import { rehearsalJob, type Job } from "./job";
import { text } from "./recipe";

describe("a job by the CI recipes", function () {
  this.timeout(660_000);
  let job: Job;
  before(async () => (job = await rehearsalJob()));

  it("plays the usual scenarios, and each becomes what it has to", () => {
    const { scenarios = [] } = job.result ?? {};
    const unexpected = scenarios.flatMap(({ id, couldNotRun, verdict }) => [
      ...(couldNotRun === undefined ? [] : [`${id}: ${couldNotRun}`]),
      ...(verdict?.releases ?? [])
        .filter(({ asExpected }) => !asExpected)
        .map(({ version, outcome, claims }) => ({
          id,
          version,
          outcome,
          broken: claims.filter(({ holds }) => !holds),
        })),
    ]);
    assert.deepEqual(unexpected, [], job.output);
    const played = new Set(scenarios.map(({ id }) => id));
    const [first] = services;
    assert.ok(first);
    for (const id of usualOf(first)) assert.ok(played.has(id), `${id} was not played:\n${job.output}`);
  });

  it("ends with exit code 0, and leaves the report where the recipes look for it", () => {
    assert.equal(job.code, 0, job.output);
    assert.deepEqual(job.artifacts.sort(), ["report.html", "report.json", "report.junit.xml"]);
    assert.equal(path.dirname(job.recipe.junit), job.recipe.artifact);
  });

  it("has JUnit results that say what they count", () => {
    const { junit } = job;
    assert.equal(junit?.root, "testsuites");
    const played = job.result?.scenarios.map(({ id, service }) => `${service}: ${id}`) ?? [];
    // What is played on request only is skipped, by name.
    assert.deepEqual(junit.suites, [...played, "not-rehearsed"]);
    assert.ok(junit.cases > junit.suites.length);
    assert.deepEqual([junit.tests, junit.failures, junit.errors], [String(junit.cases), "0", "0"]);
  });

  it("finds the base in what was cached, and writes the other caches", () => {
    assert.doesNotMatch(job.output, /installing/);
    assert.ok(typeof venv === "string", "Python is there");
    const [base, ...others] = [path.relative(root, venv), ".greenroom/cache"];
    const { caches } = job.recipe;
    assert.deepEqual(caches.filter((cache) => cache !== base).sort(), job.written.sort());
    // npm's cache is the action's own on GitHub.
    assert.deepEqual(readWorkflow(text("github-actions.yml")).caches, [base, ...others]);
    for (const cache of [base, ...others]) assert.ok(caches.includes(cache));
  });

  it("runs what this repository's own CI does from a fresh clone", () => {
    const own = readFileSync(path.join(root, ".ci", "run"), "utf8").split("\n");
    for (const command of job.recipe.commands) assert.ok(own.includes(command), command);
  });
});
