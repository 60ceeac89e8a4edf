import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, stat, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { copyCheckout, root } from "../../checkout";
import type { RehearsalResult } from "../../rehearsal/model";
import { readPipeline, recipeOf } from "./gitlab";
import { text, type Recipe } from "./recipe";

/** A CI job by a recipe, when it has ended. */
export interface Job {
  recipe: Recipe;
  code: number;
  output: string;
  /** The files that it would keep as artifacts. */
  artifacts: string[];
  result?: RehearsalResult;
  junit?: JUnit;
  /** Which of the folders that it would cache it has written to. */
  written: string[];
}

let running: Promise<Job> | undefined;

/**
 * The whole product, once for all tests that ask: the rehearsal of the recipes. The recipes have the same command
 * (recipes.test.ts); the variables are those of GitLab's, which has the most.
 */
export const rehearsalJob = (): Promise<Job> => (running ??= runJob());

async function runJob(): Promise<Job> {
  const recipe = recipeOf(await readPipeline(text("gitlab-ci.yml")));
  const folder = await mkdtemp(path.join(os.tmpdir(), "greenroom-ci-"));
  try {
    await copyCheckout(folder);
    await restoreCaches(recipe, folder);
    const begun = Date.now();
    const variables = Object.entries(recipe.environment).map(
      ([name, value]) => [name, value.replace("$CI_PROJECT_DIR", folder)] as const,
    );
    const ended = await shell(recipe.commands[0] ?? "", folder, {
      ...process.env,
      ...Object.fromEntries(variables),
    });
    const kept = path.join(folder, recipe.artifact);
    const artifacts = existsSync(kept) ? await readdir(kept) : [];
    const written: string[] = [];
    for (const cache of recipe.caches)
      if (await isWritten(path.join(folder, cache), begun)) written.push(cache);
    if (!artifacts.includes("report.json")) return { recipe, ...ended, artifacts, written };
    const report = readFileSync(path.join(kept, "report.json"), "utf8");
    return {
      recipe,
      ...ended,
      artifacts,
      written,
      result: JSON.parse(report) as RehearsalResult,
      junit: readJUnit(path.join(folder, recipe.junit)),
    };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Gives it what earlier runs have left in this checkout, of what the recipe caches. */
async function restoreCaches({ caches }: Recipe, folder: string): Promise<void> {
  for (const cache of caches.filter((one) => existsSync(path.join(root, one)))) {
    await mkdir(path.dirname(path.join(folder, cache)), { recursive: true });
    await symlink(path.join(root, cache), path.join(folder, cache), "junction");
  }
}

/** It takes three minutes on two slow cores: against hanging only. What is ended by it cleans up. */
const limitMs = 10 * 60_000;

/** Runs a command as a job does. */
function shell(command: string, cwd: string, env: NodeJS.ProcessEnv) {
  const child = spawn("bash", ["-e", "-c", command], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += String(data)));
  const limit = setTimeout(() => {
    output += `\nended after ${limitMs / 60_000} minutes\n`;
    // As Ctrl-C does it, to the whole group: npm keeps a SIGTERM for itself.
    if (child.pid) process.kill(-child.pid, "SIGINT");
  }, limitMs);
  return new Promise<{ code: number; output: string }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(limit);
      resolve({ code: code ?? 1, output });
    });
  });
}

/** Whether something in the folder, down to two folders in it, was written since. */
async function isWritten(file: string, since: number, depth = 3): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (!found || found.mtimeMs >= since) return found !== undefined;
  if (!found.isDirectory() || depth === 0) return false;
  for (const name of await readdir(file))
    if (await isWritten(path.join(file, name), since, depth - 1)) return true;
  return false;
}

export interface JUnit {
  root: string;
  tests: string;
  failures: string;
  errors: string;
  suites: string[];
  cases: number;
}

/** Reads XML with Python's parser, which is strict; the rehearsal needs Python anyway. */
const readJUnit = (file: string) =>
  JSON.parse(
    execFileSync(process.env.PYTHON ?? "python3", ["-c", reader, file], { encoding: "utf8" }),
  ) as JUnit;
const reader = `
import json, sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
print(json.dumps({**root.attrib, "root": root.tag,
  "suites": [one.get("name") for one in root.iter("testsuite")], "cases": len(list(root.iter("testcase")))}))`;
