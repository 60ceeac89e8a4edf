import { readGroovy, type Statement } from "./groovy";
import { only, type Recipe } from "./recipe";

/**
 * What may be in a block of a Declarative Pipeline, as far as the Jenkinsfile uses it, and what has to be:
 * https://www.jenkins.io/doc/book/pipeline/syntax/
 */
const blocks: Record<string, { may: string[]; must?: string[] }> = {
  pipeline: { may: ["agent", "options", "environment", "stages", "post"], must: ["agent", "stages"] },
  stages: { may: ["stage"], must: ["stage"] },
  stage: { may: ["steps", "post"], must: ["steps"] },
  post: { may: ["always", "success", "failure", "cleanup"] },
  agent: { may: ["label"] },
  options: { may: ["timeout", "disableConcurrentBuilds", "buildDiscarder"] },
};

/** The steps and options that it uses, with their arguments: https://www.jenkins.io/doc/pipeline/steps/ */
const steps: Record<string, { args: number; named?: string[] }> = {
  sh: { args: 1 },
  dir: { args: 1 },
  deleteDir: { args: 0 },
  junit: { args: 0, named: ["testResults", "allowEmptyResults"] },
  archiveArtifacts: { args: 0, named: ["artifacts", "allowEmptyArchive"] },
  label: { args: 1 },
  timeout: { args: 0, named: ["time", "unit"] },
  disableConcurrentBuilds: { args: 0, named: ["abortPrevious"] },
  buildDiscarder: { args: 1 },
};
const holdSteps = new Set(["steps", "always", "success", "failure", "cleanup", "dir"]);

/** What is wrong with a Declarative Pipeline, by the tables above. */
export async function pipelineErrors(content: string): Promise<string[]> {
  const file = await readGroovy(content);
  if (file.length !== 1 || file[0]?.name !== "pipeline") return ["it is not one pipeline { }"];
  return file.flatMap(check);
}

function check({ name, args, named, body = [], line }: Statement): string[] {
  const step = steps[name];
  const unknown = Object.keys(named).filter((key) => !step?.named?.includes(key));
  const wrong = unknown.map((key) => `line ${line}: ${name} takes no ${key}`);
  if (step && args.length !== step.args) wrong.push(`line ${line}: ${name} takes ${step.args} arguments`);
  if (name === "environment") return wrong;
  const may = holdSteps.has(name) ? Object.keys(steps) : (blocks[name]?.may ?? []);
  for (const child of body.filter((one) => !may.includes(one.name)))
    wrong.push(`line ${child.line}: ${child.name} is not known in ${name}`);
  for (const missing of (blocks[name]?.must ?? []).filter((one) => !body.some((child) => child.name === one)))
    wrong.push(`line ${line}: ${name} has no ${missing}`);
  return [...wrong, ...body.flatMap(check)];
}

/** All statements with a name, wherever they are. */
const named = (all: Statement[], name: string): Statement[] =>
  all.flatMap((one) => [...(one.name === name ? [one] : []), ...named(one.body ?? [], name)]);

export async function readJenkinsfile(content: string): Promise<Recipe> {
  const file = await readGroovy(content);
  // What is published has to be published of a build that fails as well.
  const always = named(file, "always");
  const published = (step: string, argument: string) =>
    only(named(always, step), `${step} in always`).named[argument] ?? "";
  const environment = named(file, "environment").flatMap(({ body = [] }) => body);
  return {
    commands: named(file, "sh").flatMap(({ args }) => args),
    environment: Object.fromEntries(environment.map(({ name, args }) => [name, args.join()])),
    artifact: published("archiveArtifacts", "artifacts").replace(/\/\*\*$/, ""),
    junit: published("junit", "testResults"),
    // The workspace stays.
    caches: [],
  };
}
