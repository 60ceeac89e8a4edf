import {
  ExecutionMode,
  InvalidBlockerDeclarationException,
  PipelineType,
  type ActionDeclaration,
  type PipelineDeclaration,
  type PipelineTriggerDeclaration,
  type StageDeclaration,
} from "@aws-sdk/client-codepipeline";
import { validateAction } from "./action-declaration";
import { badAction, badStage, invalid, matches, oneOf, structure } from "./refusals";

/** What AWS answers when it gives back a declaration: defaults are filled in. */
export function withDefaults(pipeline: PipelineDeclaration, version: number): PipelineDeclaration {
  return {
    ...pipeline,
    version,
    pipelineType: pipeline.pipelineType ?? "V1",
    executionMode: pipeline.executionMode ?? "SUPERSEDED",
    stages: pipeline.stages?.map((stage) => ({
      ...stage,
      actions: stage.actions?.map((action) => ({
        ...action,
        runOrder: action.runOrder ?? 1,
        configuration: action.configuration ?? {},
        outputArtifacts: action.outputArtifacts ?? [],
        inputArtifacts: action.inputArtifacts ?? [],
      })),
    })),
  };
}

/**
 * Refuses a declaration that AWS refuses, with its exceptions, and one that uses what Greenroom lacks.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/pipeline-requirements.html
 */
export function validateDeclaration(pipeline: PipelineDeclaration, region: string): void {
  matches("pipeline.name", pipeline.name, /^[A-Za-z0-9.@\-_]{1,100}$/, "[A-Za-z0-9.@\\-_]+");
  matches("pipeline.roleArn", pipeline.roleArn, /^arn:aws[\w-]*:iam::\d{12}:role\/.+$/, "an IAM role's ARN");
  const stores = [pipeline.artifactStore, pipeline.artifactStores].filter(Boolean);
  if (stores.length !== 1)
    throw structure("Pipeline must have either artifactStore or artifactStores, and not both");
  if (pipeline.artifactStores && !pipeline.artifactStores[region])
    throw structure(`artifactStores must include an artifact store in the pipeline's region, ${region}`);
  validateVersion2(pipeline);

  const stages = pipeline.stages ?? [];
  if (stages.length < 2)
    throw structure(
      `Pipeline has only ${stages.length} stage(s). There should be a minimum of 2 stages in a pipeline`,
    );
  if (stages[0]?.actions?.some((action) => action.actionTypeId?.category !== "Source"))
    throw structure("Pipeline should start with a stage that only contains source actions");
  const repeated = duplicate(stages.map(({ name }) => name));
  if (repeated)
    throw badStage(`Stage name must be unique within a pipeline. ${repeated} is used more than once`);

  const produced = new Set<string>();
  const namespaces = new Set<string>();
  stages.forEach((stage, index) => validateStage(stage, index, region, produced, namespaces));
  const sources = new Set(stages[0]?.actions?.map(({ name }) => name));
  for (const trigger of pipeline.triggers ?? []) validateTrigger(trigger, sources);
}

/** https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html */
function validateTrigger(
  { gitConfiguration }: PipelineTriggerDeclaration,
  sources: ReadonlySet<string | undefined>,
): void {
  const { sourceActionName: name, push = [] } = gitConfiguration ?? {};
  if (!sources.has(name))
    throw structure(`Trigger refers to source action ${name}, which the pipeline does not have`);
  if (push.length > 3)
    throw invalid(`Trigger of source action ${name} has ${push.length} push filters, more than 3`);
  for (const { branches, filePaths } of push)
    for (const patterns of [branches?.includes, branches?.excludes, filePaths?.includes, filePaths?.excludes])
      if (patterns && patterns.length > 8)
        throw invalid(
          `Trigger of source action ${name} has a list of ${patterns.length} patterns, more than 8`,
        );
}

function validateVersion2(pipeline: PipelineDeclaration): void {
  oneOf(Object.values(PipelineType), pipeline.pipelineType, "pipeline.pipelineType");
  oneOf(Object.values(ExecutionMode), pipeline.executionMode, "pipeline.executionMode");
  if (pipeline.pipelineType === "V2") return;
  if (pipeline.triggers?.length) throw structure("Triggers are only supported in pipelines of type V2");
  if (pipeline.variables?.length) throw structure("Variables are only supported in pipelines of type V2");
  if (pipeline.executionMode && pipeline.executionMode !== "SUPERSEDED")
    throw structure(`Execution mode ${pipeline.executionMode} is only supported in pipelines of type V2`);
}

function validateStage(
  stage: StageDeclaration,
  index: number,
  region: string,
  produced: Set<string>,
  namespaces: Set<string>,
): void {
  const at = `pipeline.stages.${index + 1}.member.name`;
  matches(at, stage.name, /^[A-Za-z0-9.@\-_]{1,100}$/, "[A-Za-z0-9.@\\-_]+");
  if (stage.blockers?.length)
    throw new InvalidBlockerDeclarationException({
      message: "Blockers are reserved for future use",
      $metadata: {},
    });
  const actions = stage.actions ?? [];
  if (actions.length === 0) throw badStage(`Stage '${stage.name}' must have at least one action`);
  if (actions.length > 50) throw badStage(`Stage '${stage.name}' has more than 50 actions`);
  const repeated = duplicate(actions.map(({ name }) => name));
  if (repeated)
    throw badAction(
      `Action name must be unique within a stage. ${repeated} is used more than once in ${stage.name}`,
    );

  // What an action consumes or refers to must come from an action that has certainly run before it.
  const groups = new Map<number, ActionDeclaration[]>();
  for (const action of actions) {
    const order = action.runOrder ?? 1;
    if (!Number.isInteger(order) || order < 1 || order > 999)
      throw invalid(
        `1 validation error detected: Value '${order}' at 'runOrder' of action ${action.name} failed to satisfy constraint: Member must be between 1 and 999`,
      );
    groups.set(order, [...(groups.get(order) ?? []), action]);
  }
  for (const [, group] of [...groups].sort(([a], [b]) => a - b)) {
    for (const action of group) validateAction(action, index, region, produced, namespaces);
    for (const action of group) {
      for (const { name = "" } of action.outputArtifacts ?? []) {
        if (produced.has(name))
          throw badAction(
            `Output Artifact Bundle name must be unique within the pipeline. ${name} has been used more than once`,
          );
        produced.add(name);
      }
      if (action.namespace) {
        if (namespaces.has(action.namespace))
          throw badAction(
            `Namespace must be unique within the pipeline. ${action.namespace} has been used more than once`,
          );
        namespaces.add(action.namespace);
      }
    }
  }
}

function duplicate(names: readonly (string | undefined)[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}
