import type {
  ActionDeclaration,
  ActionExecutionStatus,
  EncryptionKey,
  ExecutionTrigger,
  PipelineDeclaration,
  PipelineExecutionStatus,
  SourceRevisionOverride,
  StageExecutionStatus,
  Tag,
} from "@aws-sdk/client-codepipeline";
import type { StageGate } from "./executions/stage-gate";

/** An artifact of one execution: a zip in the pipeline's artifact bucket. */
export interface StoredArtifact {
  name: string;
  bucket: string;
  key: string;
  /** Of a source artifact: the commit id, or the version of the S3 object. */
  revision?: Revision;
}

export interface Revision {
  id: string;
  summary?: string;
  url?: string;
  created: Date;
}

/** The part of an action's execution that the action itself reports while it runs. */
export interface Progress {
  summary?: string;
  externalExecutionId?: string;
  externalExecutionUrl?: string;
  percentComplete?: number;
  /** Of a pending approval. */
  token?: string;
  lastUpdatedBy?: string;
}

/** One execution of one action. */
export interface ActionRun extends Progress {
  id: string;
  executionId: string;
  pipelineVersion: number;
  stage: string;
  declaration: ActionDeclaration;
  roleArn: string;
  region: string;
  status: ActionExecutionStatus;
  startTime: Date;
  lastUpdateTime: Date;
  resolvedConfiguration: Record<string, string>;
  inputs: StoredArtifact[];
  outputs: StoredArtifact[];
  outputVariables: Record<string, string>;
  error?: { code: string; message: string };
}

/** What an execution did in one stage; a retry adds runs to it. */
export interface StageRun {
  name: string;
  status: StageExecutionStatus;
  runs: ActionRun[];
}

export interface Execution {
  id: string;
  /** Whose it is. */
  pipeline: Pick<Pipeline, "arn" | "account" | "region">;
  /** Executions of a pipeline count up, so that the newer of two is known. */
  sequence: number;
  /** The pipeline as it was when the execution started. */
  declaration: PipelineDeclaration;
  status: PipelineExecutionStatus;
  statusSummary?: string;
  startTime: Date;
  lastUpdateTime: Date;
  trigger: ExecutionTrigger;
  variables: Record<string, string>;
  sourceRevisions: readonly SourceRevisionOverride[];
  /** The branch that was pushed to, where it is not the source action's own. */
  branch?: string;
  namespaces: Map<string, Record<string, string>>;
  artifacts: Map<string, StoredArtifact>;
  stages: StageRun[];
  stopReason?: string;
  /** Aborted when its actions are abandoned. */
  abandon: AbortController;
}

export interface Pipeline {
  account: string;
  region: string;
  arn: string;
  /** By version; the last one is current. */
  versions: PipelineDeclaration[];
  created: Date;
  updated: Date;
  tags: Tag[];
  gates: Map<string, StageGate<Execution>>;
  executions: Execution[];
  /** Execution ids by the client's request token. */
  requests: Map<string, string>;
}

export function currentDeclaration(pipeline: Pipeline): PipelineDeclaration {
  const declaration = pipeline.versions.at(-1);
  if (!declaration) throw new Error(`${pipeline.arn} has no version`);
  return declaration;
}

/** The artifact bucket of a region: a pipeline has one store, or one for each region. */
export function artifactStoreOf(
  declaration: PipelineDeclaration,
  region: string,
): { location: string; encryptionKey?: EncryptionKey } {
  const store = declaration.artifactStore ?? declaration.artifactStores?.[region];
  if (!store?.location) throw new Error(`pipeline ${declaration.name} has no artifact store in ${region}`);
  return { location: store.location, encryptionKey: store.encryptionKey };
}

/** The executions of an action, over all executions of the pipeline. */
export function runsOf(pipeline: Pipeline, stage: string, action: string): ActionRun[] {
  const stages = pipeline.executions.flatMap((execution) => execution.stages);
  const runs = stages.filter(({ name }) => name === stage).flatMap((one) => one.runs);
  return runs.filter(({ declaration }) => declaration.name === action);
}

/** The one that started last. */
export const latestRun = (pipeline: Pipeline, stage: string, action: string): ActionRun | undefined =>
  runsOf(pipeline, stage, action).reduce<ActionRun | undefined>(
    (latest, run) => (!latest || run.startTime >= latest.startTime ? run : latest),
    undefined,
  );
