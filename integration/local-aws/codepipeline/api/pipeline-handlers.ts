import type * as sdk from "@aws-sdk/client-codepipeline";
import {
  InvalidTagsException,
  PipelineNameInUseException,
  PipelineVersionNotFoundException,
  TooManyTagsException,
  type Tag,
} from "@aws-sdk/client-codepipeline";
import type { Identity } from "../../core/aws";
import type { Clock } from "../../core/clock";
import type { Handlers } from "../../core/service";
import { validateDeclaration, withDefaults } from "./declaration";
import type { PipelineExecutions } from "../executions/pipeline-executions";
import { page } from "./history";
import { oneOf } from "./refusals";
import { currentDeclaration, type Pipeline } from "../model";
import type { Pipelines } from "../pipelines";
import { pipelineState } from "./state";

const $metadata = {};

/** Declares pipelines, and tells of them. */
export function pipelineHandlers(pipelines: Pipelines, executions: PipelineExecutions, clock: Clock) {
  return {
    async CreatePipeline({ pipeline: given, tags = [] }, caller) {
      const declaration = withDefaults(given as sdk.PipelineDeclaration, 1);
      validateDeclaration(declaration, caller.region);
      const name = declaration.name ?? "";
      if (pipelines.find(caller, name)) {
        const message = `A pipeline with the name '${name}' already exists in account '${caller.account}'`;
        throw new PipelineNameInUseException({ message, $metadata });
      }
      const now = clock.now();
      const pipeline: Pipeline = {
        account: caller.account,
        region: caller.region,
        arn: pipelines.arn(caller, name),
        versions: [declaration],
        created: now,
        updated: now,
        tags: mergeTags([], tags),
        gates: new Map(),
        executions: [],
        requests: new Map(),
      };
      pipelines.add(pipeline);
      // https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create.html: it runs once by itself.
      // A pipeline with a variable that has no default has to wait for somebody to give it a value.
      if (declaration.variables?.every(({ defaultValue }) => defaultValue !== undefined) ?? true) {
        const trigger = { triggerType: "CreatePipeline", triggerDetail: caller.arn } as const;
        executions.start(pipeline, { trigger, variables: pipelines.variables(pipeline, []) });
      }
      return { pipeline: declaration, tags: pipeline.tags };
    },

    async GetPipeline({ name, version }, caller) {
      const pipeline = pipelines.get(caller, name);
      const { arn: pipelineArn, created, updated, versions } = pipeline;
      const declaration = version === undefined ? currentDeclaration(pipeline) : versions[version - 1];
      if (!declaration) {
        const message = `Pipeline '${name}' does not have a version ${version}`;
        throw new PipelineVersionNotFoundException({ message, $metadata });
      }
      return { pipeline: declaration, metadata: { pipelineArn, created, updated } };
    },

    async UpdatePipeline({ pipeline: given }, caller) {
      const pipeline = pipelines.get(caller, given?.name);
      const declaration = withDefaults(given as sdk.PipelineDeclaration, pipeline.versions.length + 1);
      validateDeclaration(declaration, caller.region);
      pipeline.versions.push(declaration);
      pipeline.updated = clock.now();
      return { pipeline: declaration };
    },

    async DeletePipeline({ name = "" }, caller) {
      // Deleting what is not there succeeds on AWS.
      const pipeline = pipelines.find(caller, name);
      if (!pipeline) return {};
      pipelines.delete(pipeline);
      executions.drop(pipeline);
      return {};
    },

    async ListPipelines(input, caller) {
      const { items, nextToken } = page(pipelines.of(caller), input, 1000);
      return {
        pipelines: items.map((pipeline) => {
          const { name, version, pipelineType, executionMode } = currentDeclaration(pipeline);
          const { created, updated } = pipeline;
          return { name, version, pipelineType, executionMode, created, updated };
        }),
        nextToken,
      };
    },

    async GetPipelineState({ name }, caller) {
      return pipelineState(pipelines.get(caller, name));
    },

    async EnableStageTransition(input, caller) {
      const gate = await gateOf(input, caller);
      gate?.setTransition({
        enabled: true,
        lastChangedBy: caller.arn,
        lastChangedAt: clock.now(),
      });
      return {};
    },

    async DisableStageTransition(input, caller) {
      const gate = await gateOf(input, caller);
      gate?.setTransition({
        enabled: false,
        disabledReason: input.reason,
        lastChangedBy: caller.arn,
        lastChangedAt: clock.now(),
      });
      return {};
    },

    async TagResource({ resourceArn, tags = [] }) {
      const pipeline = pipelines.byArn(resourceArn);
      pipeline.tags = mergeTags(pipeline.tags, tags);
      return {};
    },

    async UntagResource({ resourceArn, tagKeys = [] }) {
      const pipeline = pipelines.byArn(resourceArn);
      pipeline.tags = pipeline.tags.filter(({ key = "" }) => !tagKeys.includes(key));
      return {};
    },

    async ListTagsForResource(input) {
      const { items, nextToken } = page(pipelines.byArn(input.resourceArn).tags, input, 100);
      return { tags: items, nextToken };
    },
  } satisfies Handlers<typeof sdk>;

  /** What leaves a stage enters the next: a transition is the gate of the stage that it leads into. */
  async function gateOf(
    input: { pipelineName?: string; stageName?: string; transitionType?: string },
    caller: Identity,
  ) {
    const pipeline = pipelines.get(caller, input.pipelineName);
    const stage = pipelines.stage(pipeline, input.stageName);
    oneOf(["Inbound", "Outbound"], input.transitionType, "transitionType");
    if (input.transitionType !== "Outbound") return executions.gate(pipeline, stage.name ?? "");
    const stages = currentDeclaration(pipeline).stages ?? [];
    const next = stages[stages.findIndex(({ name }) => name === stage.name) + 1];
    return next && executions.gate(pipeline, next.name ?? "");
  }
}

function mergeTags(old: readonly Tag[], added: readonly Tag[]): Tag[] {
  for (const { key = "" } of added)
    if (key === "" || key.startsWith("aws:"))
      throw new InvalidTagsException({ message: `The tag key '${key}' is not valid`, $metadata });
  const merged = new Map([...old, ...added].map((tag) => [tag.key, tag]));
  if (merged.size > 50)
    throw new TooManyTagsException({ message: "A pipeline has at most 50 tags", $metadata });
  return [...merged.values()];
}
