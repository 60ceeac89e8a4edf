import assert from "node:assert/strict";
import { parse } from "yaml";
import { readWorkflow, workflow, workflowErrors } from "./github";
import { readPipeline, recipeOf, type Pipeline } from "./gitlab";
import { pipelineErrors, readJenkinsfile } from "./jenkins";
import { only, text } from "./recipe";

const github = text("github-actions.yml");
const gitlab = text("gitlab-ci.yml");
const jenkins = text("Jenkinsfile");

/** A recipe with a mistake in it. */
const broken = (content: string, right: string, wrong: string) => {
  assert.ok(content.includes(right), right);
  return content.replace(right, wrong);
};

describe("the recipe for GitHub Actions", () => {
  it("is a workflow", async () => assert.deepEqual(await workflowErrors(github), []));

  for (const [right, wrong, says] of [
    ["timeout-minutes: 40", "timeout: 40", /Unexpected value 'timeout'/],
    ["steps.python.outputs", "step.python.outputs", /Unrecognized named-value: 'step'/],
    ["!cancelled()", "!cancelled(", /Unexpected end of expression|Unexpected symbol/],
    ["contents: read", "contents: look", /Unexpected value 'look'/],
  ] as const) {
    it(`would not be one with ${wrong}`, async () =>
      assert.match((await workflowErrors(broken(github, right, wrong))).join("\n"), says));
  }

  it("may only read, uses no secret, and pins every action to a commit", () => {
    const { permissions, jobs } = workflow.parse(parse(github));
    assert.deepEqual(permissions, { contents: "read" });
    assert.doesNotMatch(github, /secrets\.|github\.token/);
    const { steps } = only(Object.values(jobs), "jobs");
    const actions = steps.flatMap(({ uses }) => uses ?? []);
    assert.ok(actions.length > 0);
    for (const action of actions) assert.match(action, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    for (const action of actions) assert.match(github, new RegExp(`${action} # v\\d`));
  });

  it("has a limit, ends what a newer push makes needless, and publishes what fails", () => {
    const { concurrency, jobs } = workflow.parse(parse(github));
    assert.match(concurrency.group, /github\.ref/);
    const { steps, "timeout-minutes": minutes } = only(Object.values(jobs), "jobs");
    assert.ok(minutes <= 60);
    const rehearsal = steps.findIndex(({ run }) => run?.startsWith("npm start"));
    for (const step of steps.slice(rehearsal + 1)) assert.equal(step.if, "${{ !cancelled() }}");
  });
});

describe("the recipe for GitLab CI", function () {
  this.timeout(60_000);
  let pipeline: Pipeline;
  before(async () => (pipeline = await readPipeline(gitlab)));

  it("keeps the report of a job that fails, and repeats only what could not run", () => {
    assert.equal(pipeline.rehearsal.artifacts.when, "always");
    assert.deepEqual(pipeline.rehearsal.retry, { max: 1, exit_codes: [2] });
  });

  it("has an image of one version, a limit, and no secret", () => {
    for (const { image, timeout } of Object.values(pipeline)) {
      assert.match(image.name, /^node:\d+\.\d+\.\d+-/);
      assert.match(timeout, /^[1-6]0 minutes$/);
    }
    assert.doesNotMatch(gitlab, /TOKEN|PASSWORD|SECRET/);
  });

  it("would be refused with a mistake in it", () => {
    const mistakes = [
      ["timeout: 20 minutes", "timeout: [20]"],
      ["expose_as", "exposed_as"],
      ["junit:", "junyt:"],
      ["when: always\n    expose", "when: allways\n    expose"],
    ] as const;
    const wrong = mistakes.reduce((content, [right, mistake]) => broken(content, right, mistake), gitlab);
    return assert.rejects(readPipeline(wrong), ({ message }: Error) => {
      for (const place of [/'exposed_as'/, /'junyt'/, /rehearsal\.timeout/, /artifacts\.when/])
        assert.match(message, place);
      return true;
    });
  });

  it("does the same as the others", async () => {
    const recipe = recipeOf(pipeline);
    for (const other of [readWorkflow(github), await readJenkinsfile(jenkins)]) {
      assert.deepEqual(other.commands, recipe.commands);
      assert.equal(other.artifact, recipe.artifact);
      assert.equal(other.junit, recipe.junit);
      assert.equal(other.environment.GREENROOM_CONTAINERS, recipe.environment.GREENROOM_CONTAINERS);
    }
  });
});

describe("the recipe for Jenkins", () => {
  it("is a Declarative Pipeline", async () => assert.deepEqual(await pipelineErrors(jenkins), []));

  it("has a limit, and no secret", () => {
    assert.match(jenkins, /timeout\(time: [1-6]0, unit: 'MINUTES'\)/);
    assert.doesNotMatch(jenkins, /credentials/);
  });

  for (const [right, wrong, says] of [
    ["allowEmptyResults", "allowEmptyResult", /line \d+: junit takes no allowEmptyResult$/],
    ["steps {", "step {", /step is not known in stage/],
    ["agent {", "agents {", /pipeline has no agent/],
  ] as const) {
    it(`would not be one with ${wrong}`, async () =>
      assert.match((await pipelineErrors(broken(jenkins, right, wrong))).join("\n"), says));
  }

  it("would not be Groovy without a quote or a brace", async () => {
    await assert.rejects(pipelineErrors(broken(jenkins, "sh 'npm test'", "sh 'npm test")), /not Groovy/);
    await assert.rejects(pipelineErrors(jenkins.replace(/\}\s*$/, "")), /not Groovy/);
  });
});
