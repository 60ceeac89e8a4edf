import type {
  Build,
  Project,
  ProjectArtifacts,
  ProjectSource,
  StartBuildInput,
} from "@aws-sdk/client-codebuild";

/** What is kept for an account in a region. */
export interface CodeBuildState {
  account: string;
  region: string;
  projects: Map<string, ProjectRecord>;
  /** By id, in the order in which they were started. A deleted project's builds stay, as on AWS. */
  builds: Map<string, BuildRecord>;
}

export interface ProjectRecord {
  project: Project & { name: string; arn: string };
  lastBuildNumber: number;
  /** Builds that run now, and those that wait for one of them to end (`concurrentBuildLimit`). */
  running: number;
  waiting: (() => void)[];
  /** Requests of the last five minutes by their idempotency tokens. */
  tokens: Map<string, { request: string; buildId: string; at: number }>;
}

/** One build, and how to end it. */
export interface BuildRecord {
  build: Build & { id: string; arn: string };
  plan: BuildPlan;
  /** Ends the build at once. */
  stop: AbortController;
  done: Promise<void>;
}

/** Everything that a build needs to know, made of the project and StartBuild's overrides when it starts. */
export interface BuildPlan {
  project: ProjectRecord;
  source: ProjectSource;
  /** For an S3 source its version id; for one that CodePipeline hands over, the revision it stands for. */
  sourceVersion?: string;
  /** The source comes from CodePipeline: the project's type is CODEPIPELINE and the call said where it lies in S3. */
  handedOver: boolean;
  secondarySources: ProjectSource[];
  secondarySourceVersions: ReadonlyMap<string, string>;
  artifacts: ProjectArtifacts;
  secondaryArtifacts: ProjectArtifacts[];
  request: StartBuildInput;
}

export const projectArn = ({ account, region }: { account: string; region: string }, name: string): string =>
  `arn:aws:codebuild:${region}:${account}:project/${name}`;

/** Names and ARNs are both taken where AWS takes a name or an id. */
export const nameOf = (nameOrArn: string): string =>
  nameOrArn.startsWith("arn:") ? nameOrArn.slice(nameOrArn.indexOf("/") + 1) : nameOrArn;
