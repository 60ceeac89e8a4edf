import { readFileSync } from "node:fs";
import { cp, mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import { listTree } from "./local-aws/codepipeline/tree";
import { readStackConfig } from "./provision/config";

/** Where this checkout of the repository is. */
export const root = path.resolve(__dirname, "..");

/** Where `integration/setup.mjs` has installed MiniStack and the AWS command line, or why it could not. */
export const venv = process.env.GREENROOM_NO_PYTHON
  ? { missing: process.env.GREENROOM_NO_PYTHON }
  : (process.env.GREENROOM_VENV ?? path.join(root, ".greenroom", "base"));

/**
 * LocalStack's token, which `integration/setup.mjs` hands on through a pipe. Taken out of this process's environment, too,
 * if it is there, so that nothing that it starts has it.
 */
export function takeToken(): string | undefined {
  const { LOCALSTACK_AUTH_TOKEN: inherited, GREENROOM_TOKEN_FD: handedOn } = process.env;
  delete process.env.LOCALSTACK_AUTH_TOKEN;
  delete process.env.GREENROOM_TOKEN_FD;
  return (handedOn ? readFileSync(Number(handedOn), "utf8") : inherited)?.trim() || undefined;
}

/** What the two stack files say that whoever brings both stacks up has to know. */
export function stackSettings() {
  const staging = readStackConfig(root, "staging").values;
  const prod = readStackConfig(root, "prod").values;
  // Each stack names the other's account, or is in the same one.
  const own = "000000000000";
  return {
    source: staging["greenroom:source"] ?? "{}",
    accounts: {
      staging: prod["greenroom:promotedFromAccount"] || own,
      prod: staging["greenroom:promoteToAccount"] || own,
    },
    regions: { staging: staging["aws:region"] ?? "us-east-1", prod: prod["aws:region"] ?? "us-east-1" },
  };
}

/** Makes a folder that is a clone with this checkout's changes, and its packages, as `npm ci` installed them. */
export async function copyCheckout(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const file of await listTree(root)) await cp(path.join(root, file), path.join(folder, file));
  await symlink(path.join(root, "node_modules"), path.join(folder, "node_modules"), "junction");
}

/** The results of all, or what the first of them failed with, once none goes on. */
export async function allOf<T extends readonly unknown[]>(work: {
  [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  const ended = await Promise.allSettled(work);
  const failed = ended.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
  return Promise.all(work) as Promise<unknown> as Promise<T>;
}
