import * as sdk from "@aws-sdk/client-codepipeline";
import type * as aws from "@pulumi/aws";
import type { Unwrap } from "@pulumi/pulumi";
import {
  type Creating,
  lowerKeyValues,
  physicalName,
  present,
  resourceType,
  type ResourceTypes,
} from "../resource-type";

const client = ({ aws }: Creating) => aws.client(sdk.CodePipelineClient);

type PipelineInputs = Unwrap<aws.codepipeline.PipelineArgs>;
type ActionInputs = PipelineInputs["stages"][number]["actions"][number];
type StoreInputs = PipelineInputs["artifactStores"][number];
type TriggerInputs = NonNullable<PipelineInputs["triggers"]>[number];

/** A pipeline as CreatePipeline takes it. `region` is where it is: its artifact store is `artifactStore`. */
function pipelineDeclaration(inputs: PipelineInputs, name: string): sdk.PipelineDeclaration {
  const [first, ...others] = inputs.artifactStores;
  // One store is the pipeline's own; with several, each says which region's it is.
  const stores: Pick<sdk.PipelineDeclaration, "artifactStore" | "artifactStores"> =
    first && others.length === 0
      ? { artifactStore: artifactStore(first) }
      : {
          artifactStores: Object.fromEntries(
            inputs.artifactStores.map((store) => [
              present(store.region, "the region of each of several artifact stores"),
              artifactStore(store),
            ]),
          ),
        };
  return {
    name,
    roleArn: inputs.roleArn,
    pipelineType: (inputs.pipelineType ?? "V1") as sdk.PipelineType,
    executionMode: (inputs.executionMode ?? "SUPERSEDED") as sdk.ExecutionMode,
    ...stores,
    stages: inputs.stages.map((stage) => ({
      name: stage.name,
      actions: stage.actions.map(actionDeclaration),
    })),
    triggers: inputs.triggers?.map(triggerDeclaration),
    variables: inputs.variables?.map((variable) => ({
      name: variable.name,
      defaultValue: variable.defaultValue,
      description: variable.description,
    })),
  };
}

const artifactStore = (store: StoreInputs): sdk.ArtifactStore => ({
  type: store.type as sdk.ArtifactStoreType,
  location: store.location,
  ...(store.encryptionKey && {
    encryptionKey: { id: store.encryptionKey.id, type: store.encryptionKey.type as sdk.EncryptionKeyType },
  }),
});

const actionDeclaration = (action: ActionInputs): sdk.ActionDeclaration => ({
  name: action.name,
  actionTypeId: {
    category: action.category as sdk.ActionCategory,
    owner: action.owner as sdk.ActionOwner,
    provider: action.provider,
    version: action.version,
  },
  runOrder: action.runOrder,
  configuration: action.configuration && { ...action.configuration },
  inputArtifacts: (action.inputArtifacts ?? []).map((name) => ({ name })),
  outputArtifacts: (action.outputArtifacts ?? []).map((name) => ({ name })),
  roleArn: action.roleArn,
  region: action.region,
  namespace: action.namespace,
  timeoutInMinutes: action.timeoutInMinutes,
});

interface Filter {
  includes?: string[];
  excludes?: string[];
}

const filter = (given: Filter | undefined) =>
  given && {
    includes: given.includes && [...given.includes],
    excludes: given.excludes && [...given.excludes],
  };

const triggerDeclaration = (trigger: TriggerInputs): sdk.PipelineTriggerDeclaration => ({
  providerType: trigger.providerType as sdk.PipelineTriggerProviderType,
  gitConfiguration: {
    sourceActionName: trigger.gitConfiguration.sourceActionName,
    push: trigger.gitConfiguration.pushes?.map((push) => ({
      branches: filter(push.branches),
      filePaths: filter(push.filePaths),
      tags: filter(push.tags),
    })),
    pullRequest: trigger.gitConfiguration.pullRequests?.map((request) => ({
      events: request.events && ([...request.events] as sdk.GitPullRequestEventType[]),
      branches: filter(request.branches),
      filePaths: filter(request.filePaths),
    })),
  },
});

const pipeline = resourceType<aws.codepipeline.PipelineArgs>(async (inputs, resource) => {
  const name = physicalName(inputs.name, resource, 100);
  const tags = lowerKeyValues(resource.tags);
  await client(resource).send(
    new sdk.CreatePipelineCommand({
      pipeline: pipelineDeclaration(inputs, name),
      ...(tags.length > 0 ? { tags } : {}),
    }),
  );
  return {
    id: name,
    outputs: {
      name,
      arn: resource.aws.arn("codepipeline", name),
      pipelineType: inputs.pipelineType ?? "V1",
      executionMode: inputs.executionMode ?? "SUPERSEDED",
      triggerAlls: inputs.triggers ?? [],
    },
  };
});

/** CodePipeline: https://docs.aws.amazon.com/codepipeline/latest/APIReference/Welcome.html */
export const codepipeline: ResourceTypes = { "aws:codepipeline/pipeline:Pipeline": pipeline };
