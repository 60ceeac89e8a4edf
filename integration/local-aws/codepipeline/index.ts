import * as sdk from "@aws-sdk/client-codepipeline";
import type { ActingService } from "../core/acting";
import type { Aws } from "../core/aws";
import { actingService } from "../core/service";
import { obeying } from "../core/members";
import { Approvals } from "./approvals";
import { PipelineExecutions } from "./executions/pipeline-executions";
import { executionHandlers } from "./api/execution-handlers";
import { jobHandlers } from "./api/job-handlers";
import { Jobs } from "./jobs";
import { obeyed } from "./members";
import { currentDeclaration } from "./model";
import { pipelineHandlers } from "./api/pipeline-handlers";
import { Pipelines } from "./pipelines";
import { triggeredSource } from "./push-triggers";
import type { Commit, SourceHost } from "./sources";
import { emits } from "./executions/state-events";

/**
 * CodePipeline: runs the pipelines that are declared to it, through the other services of the local AWS.
 *
 * @param sources the git host behind every connection; a push to it starts the pipelines that it triggers
 */
export function codepipeline(aws: Aws, sources: SourceHost): ActingService {
  const pipelines = new Pipelines();
  const approvals = new Approvals();
  const jobs = new Jobs();
  const executions = new PipelineExecutions({ aws, sources, approvals, jobs });

  function onPush(commit: Commit): void {
    for (const pipeline of pipelines.all()) {
      const declaration = currentDeclaration(pipeline);
      const actionName = triggeredSource(declaration, commit);
      if (!actionName) continue;
      const source = declaration.stages?.[0]?.actions?.find(({ name }) => name === actionName);
      try {
        executions.start(pipeline, {
          trigger: { triggerType: "WebhookV2", triggerDetail: source?.configuration?.ConnectionArn },
          variables: pipelines.variables(pipeline, []),
          sourceRevisions: [{ actionName, revisionType: "COMMIT_ID", revisionValue: commit.commitId }],
          branch: commit.branch,
        });
      } catch (error) {
        aws.warn(`the push of ${commit.commitId} could not start ${pipeline.arn}: ${String(error)}`);
      }
    }
  }
  const stopListening = sources.onPush(onPush);

  return {
    ...actingService({
      name: "CodePipeline",
      signingName: "codepipeline",
      sdk,
      handlers: obeying("CodePipeline", obeyed, {
        ...pipelineHandlers(pipelines, executions, aws.clock),
        ...executionHandlers(pipelines, executions, approvals, aws.clock),
        ...jobHandlers(jobs),
      }),
      warn: aws.warn,
    }),
    emits: [emits],
    async close() {
      stopListening();
      await executions.close(pipelines.all());
    },
  };
}
