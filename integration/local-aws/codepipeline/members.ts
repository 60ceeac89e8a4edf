import { only, type Obeyed } from "../core/members";

const tags: Obeyed = { key: true, value: true };
const pages: Obeyed = { maxResults: true, nextToken: true };
const filter: Obeyed = { includes: true, excludes: true };

const action: Obeyed = {
  name: true,
  actionTypeId: { category: true, owner: true, provider: true, version: true },
  runOrder: true,
  configuration: true,
  inputArtifacts: { name: true },
  outputArtifacts: { name: true },
  roleArn: true,
  region: true,
  namespace: true,
  timeoutInMinutes: true,
  // AWS's own refusals, for every kind of action that is here: see validateAction.
  commands: true,
  outputVariables: true,
  environmentVariables: true,
};

const pipeline: Obeyed = {
  name: true,
  roleArn: true,
  // Whoever declares a pipeline has no say in it: it counts up.
  version: true,
  pipelineType: true,
  executionMode: true,
  artifactStore: { type: only("S3"), location: true, encryptionKey: { id: true, type: only("KMS") } },
  // By region. Only the pipeline's own is used: an action of another region is refused.
  artifactStores: true,
  // Blockers AWS itself refuses.
  stages: { name: true, actions: action, blockers: true },
  variables: { name: true, defaultValue: true, description: true },
  triggers: {
    providerType: only("CodeStarSourceConnection"),
    // The git host of this machine has branches, but neither tags nor pull requests.
    gitConfiguration: { sourceActionName: true, push: { branches: filter, filePaths: filter } },
  },
};

/** What CodePipeline obeys here of each operation. */
export const obeyed = {
  CreatePipeline: { pipeline, tags },
  GetPipeline: { name: true, version: true },
  UpdatePipeline: { pipeline },
  DeletePipeline: { name: true },
  ListPipelines: pages,
  GetPipelineState: { name: true },
  EnableStageTransition: { pipelineName: true, stageName: true, transitionType: true },
  DisableStageTransition: { pipelineName: true, stageName: true, transitionType: true, reason: true },
  TagResource: { resourceArn: true, tags },
  UntagResource: { resourceArn: true, tagKeys: true },
  ListTagsForResource: { resourceArn: true, ...pages },
  StartPipelineExecution: {
    name: true,
    variables: { name: true, value: true },
    clientRequestToken: true,
    sourceRevisions: { actionName: true, revisionType: true, revisionValue: true },
  },
  StopPipelineExecution: { pipelineName: true, pipelineExecutionId: true, abandon: true, reason: true },
  RetryStageExecution: { pipelineName: true, stageName: true, pipelineExecutionId: true, retryMode: true },
  PutApprovalResult: {
    pipelineName: true,
    stageName: true,
    actionName: true,
    result: { summary: true, status: true },
    token: true,
  },
  GetPipelineExecution: { pipelineName: true, pipelineExecutionId: true },
  ListPipelineExecutions: {
    pipelineName: true,
    filter: { succeededInStage: { stageName: true } },
    ...pages,
  },
  ListActionExecutions: {
    pipelineName: true,
    filter: {
      pipelineExecutionId: true,
      latestInPipelineExecution: { pipelineExecutionId: true, startTimeRange: true },
    },
    ...pages,
  },
  GetJobDetails: { jobId: true },
  PutJobSuccessResult: {
    jobId: true,
    continuationToken: true,
    executionDetails: { summary: true, externalExecutionId: true, percentComplete: true },
    outputVariables: true,
  },
  PutJobFailureResult: {
    jobId: true,
    failureDetails: { type: true, message: true, externalExecutionId: true },
  },
} satisfies Record<string, Obeyed>;
