import { setTimeout as wait } from "node:timers/promises";
import { CodePipelineClient, ListPipelineExecutionsCommand } from "@aws-sdk/client-codepipeline";
import { DescribeServicesCommand, ECSClient } from "@aws-sdk/client-ecs";
import type { LocalAws } from "../local-aws/local-aws";
import type { Environment } from "./environments";
import { isUnderWay, type WallMs } from "./model";

/** Of wall time: at its source, an execution with nothing to release fails at once. */
const usualLongestMs: WallMs = 20_000;

/**
 * Waits until nothing is under way that bringing the stacks up has set off. The first templates start a pipeline when
 * their event comes after its rule, as on AWS, and there is nothing to release yet. Did that go on, it could take the first
 * commit, of whatever service, through staging, and wait for an approval in front of the first release that is meant.
 *
 * @throws Error naming the pipeline that goes on
 */
export async function settle(
  local: Pick<LocalAws, "aws" | "settled">,
  environments: readonly Environment[],
  longestMs = usualLongestMs,
): Promise<void> {
  const deadline = Date.now() + longestMs;
  await Promise.race([local.settled(), wait(longestMs, undefined, { ref: false })]);
  for (const { identity, services } of environments) {
    const client = local.aws.client(CodePipelineClient, identity);
    for (const { pipelineName } of Object.values(services))
      while (await isRunning(client, pipelineName)) {
        if (Date.now() > deadline)
          throw new Error(`the pipeline ${pipelineName} still runs, though nothing was released yet`);
        await wait(50);
      }
    await steady(local, { identity, services }, deadline);
  }
}

/** Waits for what stands in for services before their first release: clients of nobody would prove nothing. */
async function steady(
  local: Pick<LocalAws, "aws">,
  { identity, services }: Pick<Environment, "identity" | "services">,
  deadline: number,
): Promise<void> {
  const client = local.aws.client(ECSClient, identity);
  for (const { clusterName: cluster, serviceName } of Object.values(services)) {
    const isSteady = async () => {
      const { services: found = [] } = await client.send(
        new DescribeServicesCommand({ cluster, services: [serviceName] }),
      );
      const sets = found[0]?.taskSets ?? [];
      return sets.length > 0 && sets.every(({ stabilityStatus }) => stabilityStatus === "STEADY_STATE");
    };
    while (!(await isSteady())) {
      if (Date.now() > deadline)
        throw new Error(`the tasks that stand in for ${serviceName} before its first release do not serve`);
      await wait(50);
    }
  }
}

async function isRunning(client: CodePipelineClient, pipelineName: string): Promise<boolean> {
  const { pipelineExecutionSummaries = [] } = await client.send(
    new ListPipelineExecutionsCommand({ pipelineName }),
  );
  return pipelineExecutionSummaries.some(({ status }) => isUnderWay(status));
}
