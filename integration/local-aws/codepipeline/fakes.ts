import { strToU8, zipSync } from "fflate";
import { GetObjectCommand, NoSuchKey, PutObjectCommand } from "@aws-sdk/client-s3";
import type { PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { Aws, type Identity } from "../core/aws";
import { Clock } from "../core/clock";
import { codepipeline } from "./codepipeline";
import { SourceHost } from "./sources";

/** For the tests: the rest of AWS, by the names of the commands that are sent to it. */
export type Answers = Record<string, (input: never, identity: Identity) => unknown>;

export interface Sent {
  command: string;
  input: Record<string, unknown>;
  as: string;
}

export class FakeAws extends Aws {
  readonly sent: Sent[] = [];
  readonly warnings: string[];
  readonly objects = new Map<string, Uint8Array>();

  constructor(
    readonly answers: Answers = {},
    speed = 10_000,
  ) {
    const warnings: string[] = [];
    super("http://127.0.0.1:1", new Clock(speed), (message) => warnings.push(message));
    this.warnings = warnings;
  }

  override client<C>(_Client: unknown, identity: Identity): C {
    return { send: (command: object) => this.send(command, identity) } as C;
  }

  override assumeRole(roleArn: string, region: string, session: string): Promise<Identity> {
    const account = roleArn.split(":")[4] ?? "";
    if (roleArn.endsWith("/refused")) return Promise.reject(new Error("not trusted"));
    return Promise.resolve({
      account,
      region,
      arn: `arn:aws:sts::${account}:assumed-role/${roleArn.split("/").at(-1)}/${session}`,
      credentials: { accessKeyId: roleArn, secretAccessKey: "secret", sessionToken: session },
    });
  }

  /** The inputs of the commands of one name, in order. */
  inputs(command: string): Record<string, unknown>[] {
    return this.sent.filter((sent) => sent.command === command).map(({ input }) => input);
  }

  private async send(command: object, identity: Identity): Promise<unknown> {
    const name = command.constructor.name;
    const { input } = command as { input: Record<string, unknown> };
    this.sent.push({ command: name, input, as: identity.credentials.accessKeyId });
    const answer = this.answers[name];
    if (answer) return await answer(input as never, identity);
    if (command instanceof PutObjectCommand) {
      this.objects.set(`${command.input.Bucket}/${command.input.Key}`, command.input.Body as Uint8Array);
      return {};
    }
    if (command instanceof GetObjectCommand) {
      const body = this.objects.get(`${command.input.Bucket}/${command.input.Key}`);
      if (!body) throw new NoSuchKey({ message: "no such key", $metadata: {} });
      const transformToByteArray = () => Promise.resolve(body);
      return { Body: { transformToByteArray }, ETag: '"e1"', VersionId: "v1", LastModified: new Date(0) };
    }
    throw new Error(`the fake does not know ${name}`);
  }
}

export const zipOf = (files: Record<string, string>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));

export const account = "111111111111";
export const caller: Identity = {
  account,
  region: "us-east-1",
  arn: `arn:aws:iam::${account}:user/ann`,
  credentials: { accessKeyId: account, secretAccessKey: "x" },
};
export const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;

type Declared = NonNullable<NonNullable<PipelineDeclaration["stages"]>[number]["actions"]>[number];

export const action = (
  name: string,
  type: string,
  configuration: Record<string, string>,
  rest: Partial<Declared> & { inputs?: string[]; outputs?: string[] } = {},
): Declared => {
  const [category = "", provider = ""] = type.split("/");
  const { inputs = [], outputs = [], ...others } = rest;
  return {
    name,
    actionTypeId: { category: category as "Source", owner: "AWS", provider, version: "1" },
    configuration,
    inputArtifacts: inputs.map((artifact) => ({ name: artifact })),
    outputArtifacts: outputs.map((artifact) => ({ name: artifact })),
    ...others,
  };
};

export const gitSource = action(
  "Source",
  "Source/CodeStarSourceConnection",
  { ConnectionArn: "arn:connection", FullRepositoryId: "team/app", BranchName: "main" },
  { outputs: ["Source"], namespace: "SourceVariables" },
);
export const approval = (name: string, rest: Partial<Declared> = {}) =>
  action(name, "Approval/Manual", {}, rest);

export const declare = (
  stages: Record<string, Declared[]>,
  rest: Partial<PipelineDeclaration> = {},
): PipelineDeclaration => ({
  name: "app-pipeline",
  roleArn: role("pipeline"),
  artifactStore: { type: "S3", location: "artifacts" },
  pipelineType: "V2",
  stages: Object.entries(stages).map(([name, actions]) => ({ name, actions })),
  ...rest,
});

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
  const { service, close } = codepipeline(aws, sources);

  async function call<T = Record<string, unknown>>(
    operation: string,
    input: object,
    as = caller,
  ): Promise<T> {
    const { status, body } = await service.call(operation, Buffer.from(JSON.stringify(input)), as);
    const answer = JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body)) as T & {
      __type: string;
      message: string;
    };
    if (status >= 400) throw new Refused(answer.__type, answer.message);
    return answer;
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
    service,
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
