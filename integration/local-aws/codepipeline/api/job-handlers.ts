import type * as sdk from "@aws-sdk/client-codepipeline";
import {
  InvalidJobStateException,
  JobNotFoundException,
  OutputVariablesSizeExceededException,
} from "@aws-sdk/client-codepipeline";
import type { Identity } from "../../core/aws";
import type { Handlers } from "../../core/service";
import type { Job, Jobs } from "../jobs";

const $metadata = {};

/** What the function of an Invoke action calls. */
export function jobHandlers(jobs: Jobs) {
  function find(id = "", caller: Identity): Job {
    const job = jobs.get(id);
    if (job && job.accountId === caller.account) return job;
    throw new JobNotFoundException({ message: `The job ${id} does not exist`, $metadata });
  }

  function ongoing(id: string | undefined, caller: Identity): Job {
    const job = find(id, caller);
    if (job.status === "InProgress") return job;
    const message = `The job ${job.id} is in status ${job.status}: its result was reported before`;
    throw new InvalidJobStateException({ message, $metadata });
  }

  return {
    async GetJobDetails({ jobId }, caller) {
      const { id, accountId, data } = find(jobId, caller);
      return { jobDetails: { id, accountId, data } };
    },

    async PutJobSuccessResult({ jobId, continuationToken, executionDetails, outputVariables }, caller) {
      const job = ongoing(jobId, caller);
      // https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html: 122880 bytes in all.
      if (Buffer.byteLength(JSON.stringify(outputVariables ?? {})) > 122_880)
        throw new OutputVariablesSizeExceededException({
          message: "The output variables are too large",
          $metadata,
        });
      jobs.report(job, { kind: "success", continuationToken, executionDetails, outputVariables });
      return {};
    },

    async PutJobFailureResult({ jobId, failureDetails }, caller) {
      const job = ongoing(jobId, caller);
      if (failureDetails) jobs.report(job, { kind: "failure", details: failureDetails });
      return {};
    },
  } satisfies Handlers<typeof sdk>;
}
