import { randomUUID } from "node:crypto";
import type { ExecutionDetails, FailureDetails, JobData, JobStatus } from "@aws-sdk/client-codepipeline";

export type JobReport =
  | {
      kind: "success";
      continuationToken?: string;
      executionDetails?: ExecutionDetails;
      outputVariables?: Record<string, string>;
    }
  | { kind: "failure"; details: FailureDetails };

export interface Job {
  id: string;
  accountId: string;
  status: JobStatus;
  data: JobData;
  /** Resolves with what the worker reports next. */
  next(): Promise<JobReport>;
}

/** The jobs that functions of Invoke actions work on. */
export class Jobs {
  private readonly jobs = new Map<string, Job>();
  private readonly reports = new Map<string, (report: JobReport) => void>();

  open(accountId: string, data: JobData): Job {
    const id = randomUUID();
    const job: Job = {
      id,
      accountId,
      status: "InProgress",
      data,
      next: () => new Promise((resolve) => this.reports.set(id, resolve)),
    };
    this.jobs.set(id, job);
    return job;
  }

  get(id: string): Job | undefined {
    return this.jobs.get(id);
  }

  report(job: Job, report: JobReport): void {
    if (report.kind === "failure") job.status = "Failed";
    else if (!report.continuationToken) job.status = "Succeeded";
    this.reports.get(job.id)?.(report);
    this.reports.delete(job.id);
  }
}
