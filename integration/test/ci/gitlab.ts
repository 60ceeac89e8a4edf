import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { z } from "zod";
import { root } from "../../checkout";
import { type Recipe } from "./recipe";

const run = promisify(execFile);
const variables = z.record(z.string(), z.string());

const job = z.object({
  image: z.object({ name: z.string() }),
  timeout: z.string(),
  variables,
  before_script: z.array(z.string()),
  script: z.array(z.string()),
  cache: z.array(z.object({ paths: z.array(z.string()) })),
});
const pipeline = z.object({
  rehearsal: job.extend({
    retry: z.object({ max: z.number(), exit_codes: z.array(z.number()) }),
    artifacts: z.object({
      when: z.string(),
      paths: z.array(z.string()),
      reports: z.object({ junit: z.string() }),
    }),
  }),
  tests: job,
});
export type Pipeline = z.infer<typeof pipeline>;

/**
 * A pipeline as GitLab would have it, with what its jobs extend. Refuses what GitLab's schema does: gitlab-ci-local
 * carries it. (It could run the jobs as well, but for that it needs rsync.)
 */
export async function readPipeline(content: string): Promise<Pipeline> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "greenroom-gitlab-"));
  try {
    await run("git", ["init", "--quiet", "--initial-branch=main"], { cwd: folder });
    await run("git", ["remote", "add", "origin", "git@gitlab.example.com:team/services.git"], {
      cwd: folder,
    });
    await writeFile(path.join(folder, ".gitlab-ci.yml"), content);
    const program = path.join(root, "node_modules", "gitlab-ci-local", "dist", "index.js");
    const { stdout } = await run(process.execPath, [program, "--home", folder, "--preview"], { cwd: folder });
    return pipeline.parse(parse(stdout));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function recipeOf({ rehearsal, tests }: Pipeline): Recipe {
  return {
    commands: [...rehearsal.script, ...tests.script],
    environment: rehearsal.variables,
    artifact: rehearsal.artifacts.paths.join(),
    junit: rehearsal.artifacts.reports.junit,
    caches: rehearsal.cache.flatMap(({ paths }) => paths),
  };
}
