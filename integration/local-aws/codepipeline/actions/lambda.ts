import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Artifact, JobData } from "@aws-sdk/client-codepipeline";
import type { Aws } from "../../core/aws";
import { minutes, seconds } from "../../core/clock";
import type { Job, JobReport } from "../jobs";
import type { StoredArtifact } from "../model";
import { ActionFailure, consoleUrl, type Act, type ActionRequest } from "./action";

// https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
const silence = minutes(20);
const longest = minutes(24 * 60);
/** A function's work takes wall time, so that it always has this much of it (milliseconds), however fast the clock. */
const wallFloor = 15_000;

/**
 * Invokes a function, which reports the result of the job itself.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-invoke-lambda-function.html
 *
 * CodePipeline never sees that the function threw: the action ends when 20 minutes have passed without a report.
 * So it is here, but the function's error is in the action's summary at once, and in its error at the end.
 */
export const actOnLambda: Act = async (request, { aws, jobs }) => {
  const { FunctionName = "" } = request.configuration;
  request.report({
    externalExecutionUrl: consoleUrl("lambda", request.region, `/functions/${FunctionName}`),
  });
  const job = jobs.open(request.pipeline.account, jobData(request));
  const deadline = aws.clock.now().getTime() + longest;
  const trouble: { error?: string } = {};
  while (aws.clock.now().getTime() < deadline) {
    // Ends the retries and the wait of this round; a function that has reported still runs to its end.
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, request.signal]);
    const reported = job.next();
    const wait = aws.clock.sleep(Math.max(silence, wallFloor * aws.clock.speed), signal);
    // A function that runs is at work, which takes wall time: copying an image's layers, for one. Lambda ends it itself.
    const returned = invoke(request, aws, job, signal, trouble).then(
      async (refused) => refused ?? void (await wait),
    );
    const report = await Promise.race([reported, returned]);
    over.abort();
    if (!report) {
      job.status = "TimedOut";
      const why = trouble.error ?? "it returned, or still runs, without reporting";
      throw new ActionFailure(
        "TimedOut",
        `the function ${FunctionName} did not report the result of the job within 20 minutes: ${why}`,
      );
    }
    if (report.kind === "failure") {
      const { type, message = "", externalExecutionId } = report.details;
      if (externalExecutionId) request.report({ externalExecutionId });
      throw new ActionFailure(type ?? "JobFailed", message);
    }
    const { summary, externalExecutionId, percentComplete } = report.executionDetails ?? {};
    request.report({ summary, externalExecutionId, percentComplete });
    if (!report.continuationToken) return { outputVariables: report.outputVariables, summary };
    job.data.continuationToken = report.continuationToken;
    await aws.clock.sleep(seconds(30), request.signal);
  }
  throw new ActionFailure("TimedOut", `the function ${FunctionName} had not ended the job after 24 hours`);
};

/** Gives a refusal by Lambda itself: what the function does with the job is its own to report. */
async function invoke(
  request: ActionRequest,
  aws: Aws,
  job: Job,
  signal: AbortSignal,
  trouble: { error?: string },
): Promise<JobReport | undefined> {
  const { FunctionName = "" } = request.configuration;
  const lambda = aws.client(LambdaClient, request.identity);
  const {
    continuationToken,
    actionConfiguration,
    inputArtifacts,
    outputArtifacts,
    artifactCredentials,
    encryptionKey,
  } = job.data;
  const data = {
    actionConfiguration,
    inputArtifacts,
    outputArtifacts,
    artifactCredentials,
    continuationToken,
    encryptionKey,
  };
  const event = { "CodePipeline.job": { id: job.id, accountId: job.accountId, data } };
  // An asynchronous invocation is tried again after one minute, then after two.
  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
  for (const delay of [0, minutes(1), minutes(2)]) {
    await aws.clock.sleep(delay, signal);
    if (signal.aborted || job.status !== "InProgress") break;
    try {
      const answer = await lambda.send(
        new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(event)) }),
        { abortSignal: request.signal },
      );
      if (!answer.FunctionError) break;
      trouble.error = `the function failed: ${new TextDecoder().decode(answer.Payload)}`;
      if (!signal.aborted) request.report({ summary: trouble.error });
    } catch (error) {
      if (signal.aborted) break;
      const message = error instanceof Error ? error.message : String(error);
      return { kind: "failure", details: { type: "ConfigurationError", message: `Lambda: ${message}` } };
    }
  }
  return undefined;
}

function jobData(request: ActionRequest): JobData {
  const { accessKeyId = "", secretAccessKey = "", sessionToken = "" } = request.identity.credentials;
  return {
    actionTypeId: request.declaration.actionTypeId,
    actionConfiguration: { configuration: { ...request.configuration } },
    pipelineContext: {
      pipelineName: request.pipeline.name,
      pipelineArn: request.pipeline.arn,
      pipelineExecutionId: request.executionId,
      stage: { name: request.stage },
      action: { name: request.declaration.name, actionExecutionId: request.runId },
    },
    inputArtifacts: request.inputs.map(artifact),
    outputArtifacts: request.outputs.map(artifact),
    artifactCredentials: { accessKeyId, secretAccessKey, sessionToken },
    ...(request.encryptionKey ? { encryptionKey: request.encryptionKey } : {}),
  };
}

const artifact = ({ name, bucket, key, revision }: StoredArtifact): Artifact => ({
  name,
  location: { type: "S3", s3Location: { bucketName: bucket, objectKey: key } },
  // The documented event has null for an artifact that has no revision.
  revision: revision?.id ?? (null as unknown as undefined),
});
