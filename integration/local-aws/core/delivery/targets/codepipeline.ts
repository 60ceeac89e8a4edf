import {
  CodePipelineClient,
  StartPipelineExecutionCommand,
  type StartPipelineExecutionInput,
} from "@aws-sdk/client-codepipeline";
import { parseInput, type TargetKind } from "./target-kind";

/**
 * Starts a pipeline. Its input may name source revisions and variables; a plain event is not read.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-trigger-source-overrides.html
 */
export const codepipeline: TargetKind = {
  is: ({ service }) => service === "codepipeline",
  needsRole: true,
  async deliver({ aws, to, role, input, custom }) {
    if (!role) throw new Error(`${to.text} needs a role`);
    const { variables, sourceRevisions } = (
      custom ? parseInput(input) : {}
    ) as Partial<StartPipelineExecutionInput>;
    await aws
      .client(CodePipelineClient, role)
      .send(new StartPipelineExecutionCommand({ name: to.resource, variables, sourceRevisions }));
  },
};
