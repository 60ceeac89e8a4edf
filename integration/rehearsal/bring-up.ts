import path from "node:path";
import { startLocalAws, type LocalAws } from "../local-aws/local-aws";
import { readStackConfig } from "../provision/config";
import { provisionDirect } from "../provision/direct";
import type { Repository } from "./commits";
import type { Environment, EnvironmentName } from "./environments";
import type { Progress } from "./progress";

export const root = path.resolve(__dirname, "../..");

export interface BringUpOptions {
  speed: number;
  /** @default 4566, or a free one when that is taken */
  port?: number;
  progress: Progress;
  /** Gives up, and leaves nothing. */
  signal?: AbortSignal;
}

/** The local AWS with both stacks on it. */
export interface BroughtUp {
  local: LocalAws;
  environments: Record<EnvironmentName, Environment>;
  repository: Repository;
}

/** What the two stack files say that a rehearsal has to know. */
function settings() {
  const staging = readStackConfig(root, "staging").values;
  const prod = readStackConfig(root, "prod").values;
  const source = JSON.parse(staging["greenroom:source"] ?? "{}") as Partial<Repository>;
  if (!source.repository || !source.branch)
    throw new Error("Pulumi.staging.yaml: greenroom:source names no repository and branch");
  // Each stack names the other's account, or is in the same one.
  const own = "000000000000";
  return {
    repository: { repository: source.repository, branch: source.branch },
    accounts: {
      staging: prod["greenroom:promotedFromAccount"] || own,
      prod: staging["greenroom:promoteToAccount"] || own,
    },
    regions: { staging: staging["aws:region"] ?? "us-east-1", prod: prod["aws:region"] ?? "us-east-1" },
  };
}

/** Starts the local AWS and brings both stacks up on it, side by side. On failure, nothing is left. */
export async function bringUp({ speed, port, progress, signal }: BringUpOptions): Promise<BroughtUp> {
  const { repository, accounts, regions } = settings();
  const local = await startLocalAws({
    speed,
    port,
    venv: process.env.GREENROOM_VENV ?? path.join(root, ".greenroom", "base"),
    keepFolder: path.join(root, ".greenroom"),
    warn: (message) => progress.fail(message),
  });
  try {
    signal?.throwIfAborted();
    progress.done(`the local AWS is up at ${local.aws.endpoint}, ${speed}× as fast as AWS`);
    const up = async (name: EnvironmentName): Promise<Environment> => {
      const outputs = await provisionDirect({
        stack: name,
        programFolder: root,
        endpoint: local.aws.endpoint,
        account: accounts[name],
        signal,
        log: (line) => progress.step(`${name.padEnd(7)} ${line}`),
        timed: ({ createMs, resources }) =>
          progress.done(
            `${name.padEnd(7)} stack is up: ${resources} resources in ${(createMs / 1000).toFixed(1)} s`,
          ),
      });
      return {
        name,
        identity: local.aws.root(accounts[name], regions[name]),
        services: outputs.services as Environment["services"],
      };
    };
    const both = Promise.all([up("staging"), up("prod")]);
    const [staging, prod] = await Promise.race([both, local.failed]);
    return { local, environments: { staging, prod }, repository };
  } catch (error) {
    await local.close();
    throw error;
  }
}
