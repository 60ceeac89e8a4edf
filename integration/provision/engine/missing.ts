import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { version } from "@pulumi/aws/package.json";
import { onPath } from "../../on-path";
import { engineHome, makeEngineFolders } from "./environment";

/** Why the engine cannot be used here, and what to do, or undefined if it can. */
export function engineMissing(): string | undefined {
  const folder = mkdtempSync(path.join(os.tmpdir(), "greenroom-engine-"));
  try {
    makeEngineFolders(folder);
    return missing(engineHome(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param home where Pulumi logs what it is asked */
function missing(home: string): string | undefined {
  const pulumi = (...args: string[]) =>
    spawnSync("pulumi", args, {
      encoding: "utf8",
      env: { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
  const { status, error } = pulumi("version");
  if (error) return `there is no pulumi on PATH (${error.message}): install Pulumi`;
  if (status !== 0) return `\`pulumi version\` ended with exit code ${status}: install Pulumi again`;
  // On PATH, the engine takes any version. It downloads none under a local AWS, which nothing may leave.
  if (onPath("pulumi-resource-aws")) return undefined;
  const listed = pulumi("plugin", "ls", "--json");
  if (listed.status === 0 && isInstalled(listed.stdout)) return undefined;
  return `Pulumi has no plugin for AWS ${version}: \`pulumi plugin install resource aws ${version}\` installs it`;
}

/** Of installed plugins, the engine takes the one of the SDK's own version only. */
const isInstalled = (listed: string): boolean =>
  (JSON.parse(listed) as { name: string; kind: string; version?: string }[]).some(
    (plugin) => plugin.kind === "resource" && plugin.name === "aws" && plugin.version === version,
  );
