import { spawn } from "node:child_process";
import path from "node:path";
import { dockerTestsMissing } from "./docker/missing";
import { mocha, root, testFiles } from "./mocha";

// What `npm test` does: style and types beside each other, then all tests in one run of mocha, those that need Docker last.

const seconds = (since: number) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Runs a tool of node_modules, and shows what it says only when it fails. */
function check(name: string, script: string, args: string[]): Promise<boolean> {
  const begun = Date.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(root, "node_modules", script), ...args], { cwd: root });
    let output = "";
    child.stdout.on("data", (data) => (output += String(data)));
    child.stderr.on("data", (data) => (output += String(data)));
    child.once("error", (error) => (output += error.message));
    child.once("close", (code) => {
      process.stderr.write(
        code === 0 ? `${name}: passed (${seconds(begun)})\n` : `${name}: failed\n${output}\n`,
      );
      resolve(code === 0);
    });
  });
}

async function style(): Promise<boolean> {
  const lint = await check("eslint", "eslint/bin/eslint.js", ["."]);
  const format = await check("prettier", "prettier/bin/prettier.cjs", ["--check", "."]);
  return lint && format;
}

async function main(): Promise<number> {
  const unitOnly = process.argv.includes("--unit");
  const checks = await Promise.all([style(), check("types", "typescript/bin/tsc", ["--noEmit"])]);
  const unit = [
    ...testFiles("infra"),
    ...testFiles("integration").filter((file) => !file.includes("integration/test/")),
  ];
  const missing = unitOnly ? "only the unit tests were asked for" : await dockerTestsMissing();
  const docker = missing ? [] : testFiles("integration", ".docker-test.ts");
  const stats = await mocha(unitOnly ? unit : [...unit, ...testFiles("integration/test"), ...docker]);
  const names = docker.map((file) => path.basename(file, ".docker-test.ts")).join(", ");
  process.stdout.write(
    missing
      ? `The tests with Docker were not run: ${missing}.\n`
      : `The tests with Docker were run: ${names}.\n`,
  );
  const failed = stats.failures + checks.filter((passed) => !passed).length;
  process.stdout.write(`${stats.passes + checks.filter(Boolean).length} passed, ${failed} failed\n`);
  return failed === 0 && stats.passes > 0 ? 0 : 1;
}

void main().then((code) => process.exit(code));
