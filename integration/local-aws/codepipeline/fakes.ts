import { strToU8, zipSync } from "fflate";
import type { PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { callJson } from "../core/testing";
import { caller, FakeAws, type Answers } from "./fake-aws";
import { codepipeline } from "./index";
import { SourceHost } from "./sources";

export * from "./fake-aws";
export * from "./fake-declarations";

export const zipOf = (files: Record<string, string>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));

export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** A CodePipeline on fakes, and what a test does with it. */
export function fakePipelines(answers: Answers = {}, speed?: number) {
  const aws = new FakeAws(answers, speed);
  const sources = new SourceHost(() => aws.clock.now());
  const { operations, close } = codepipeline(aws, sources);

  async function call<T = Record<string, unknown>>(
    operation: string,
    input: object,
    as = caller,
  ): Promise<T> {
    const { status, output } = await callJson<T>(operations, operation, input, as);
    if (status >= 400) throw new Refused(output.__type ?? "", output.message ?? "");
    return output;
  }

  /** Polls until `probe` gives a value; a test fails after 3 seconds. */
  async function until<T>(probe: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + 3000;
    for (;;) {
      const value = await probe();
      if (value !== undefined) return value;
      if (Date.now() > deadline) throw new Error("it did not happen within 3 seconds");
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  const status = async (id: string, name = "app-pipeline") =>
    (
      await call<{ pipelineExecution: { status: string } }>("GetPipelineExecution", {
        pipelineName: name,
        pipelineExecutionId: id,
      })
    ).pipelineExecution.status;

  return {
    aws,
    sources,
    operations,
    close,
    call,
    until,
    status,
    ended: (id: string) =>
      until(async () => {
        const now = await status(id);
        return now === "InProgress" || now === "Stopping" ? undefined : now;
      }),
    /** Creates it and ends the execution that creation starts (there is no commit yet). */
    async create(declaration: PipelineDeclaration): Promise<void> {
      await call("CreatePipeline", { pipeline: declaration });
      await until(async () => {
        const { pipelineExecutionSummaries } = await call<{
          pipelineExecutionSummaries: { status: string }[];
        }>("ListPipelineExecutions", { pipelineName: declaration.name });
        return (
          pipelineExecutionSummaries.every((execution) => execution.status !== "InProgress") || undefined
        );
      });
    },
    push: (commit: string, files: Record<string, string> = { "a.txt": commit }, branch = "main") =>
      sources.push({
        repository: "team/app",
        branch,
        commitId: commit.padEnd(40, "0"),
        message: `message of ${commit}`,
        authorDate: new Date("2026-01-02T03:04:05.678Z"),
        tree: { zip: zipOf(files) },
      }),
    start: async (input: object = {}) =>
      (
        await call<{ pipelineExecutionId: string }>("StartPipelineExecution", {
          name: "app-pipeline",
          ...input,
        })
      ).pipelineExecutionId,
    /** The executions of actions, oldest first. */
    async actions(id?: string) {
      const { actionExecutionDetails } = await call<{ actionExecutionDetails: ActionDetail[] }>(
        "ListActionExecutions",
        { pipelineName: "app-pipeline", ...(id ? { filter: { pipelineExecutionId: id } } : {}) },
      );
      return actionExecutionDetails.reverse();
    },
    /** Waits for an approval and gives its token. */
    token: (stageName: string, actionName = stageName) =>
      until(async () => {
        const { stageStates } = await call<{ stageStates: StageState[] }>("GetPipelineState", {
          name: "app-pipeline",
        });
        const stage = stageStates.find((one) => one.stageName === stageName);
        return stage?.actionStates.find((one) => one.actionName === actionName)?.latestExecution?.token;
      }),
  };
}

export interface ActionDetail {
  actionName: string;
  stageName: string;
  status: string;
  startTime: number;
  lastUpdateTime: number;
  input: Record<string, unknown>;
  output: {
    outputArtifacts: { name: string; s3location: { bucket: string; key: string } }[];
    executionResult: {
      externalExecutionId?: string;
      externalExecutionSummary?: string;
      errorDetails?: { code: string; message: string };
    };
    outputVariables: Record<string, string>;
  };
}

export interface StageState {
  stageName: string;
  inboundExecution?: { pipelineExecutionId: string; status: string };
  inboundTransitionState: { enabled: boolean; disabledReason?: string };
  latestExecution?: { pipelineExecutionId: string; status: string };
  actionStates: {
    actionName: string;
    currentRevision?: { revisionId: string };
    revisionUrl?: string;
    latestExecution?: { status: string; token?: string; summary?: string; lastUpdatedBy?: string };
  }[];
}
