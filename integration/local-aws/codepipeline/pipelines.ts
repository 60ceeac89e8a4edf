import {
  InvalidArnException,
  PipelineExecutionNotFoundException,
  PipelineNotFoundException,
  ResourceNotFoundException,
  StageNotFoundException,
  ValidationException,
  type PipelineVariable,
  type StageDeclaration,
} from "@aws-sdk/client-codepipeline";
import type { Identity } from "../core/aws";
import { currentDeclaration, type Execution, type Pipeline } from "./model";

const $metadata = {};

/** The pipelines of every account and region. */
export class Pipelines {
  private readonly pipelines = new Map<string, Pipeline>();

  all(): Pipeline[] {
    return [...this.pipelines.values()];
  }

  of(caller: Identity): Pipeline[] {
    return this.all().filter(({ account, region }) => account === caller.account && region === caller.region);
  }

  arn({ account, region }: Identity, name: string): string {
    return `arn:aws:codepipeline:${region}:${account}:${name}`;
  }

  find(caller: Identity, name: string): Pipeline | undefined {
    return this.pipelines.get(this.arn(caller, name));
  }

  /** @throws {PipelineNotFoundException} */
  get(caller: Identity, name = ""): Pipeline {
    const pipeline = this.find(caller, name);
    if (pipeline) return pipeline;
    const message = `Account '${caller.account}' does not have a pipeline with name '${name}'`;
    throw new PipelineNotFoundException({ message, $metadata });
  }

  /** @throws {InvalidArnException | ResourceNotFoundException} */
  byArn(arn = ""): Pipeline {
    if (!/^arn:aws[\w-]*:codepipeline:[\w-]+:\d{12}:[^:]+$/.test(arn))
      throw new InvalidArnException({ message: `The ARN ${arn} is not the ARN of a pipeline`, $metadata });
    const pipeline = this.pipelines.get(arn);
    if (!pipeline)
      throw new ResourceNotFoundException({ message: `The resource ${arn} does not exist`, $metadata });
    return pipeline;
  }

  add(pipeline: Pipeline): void {
    this.pipelines.set(pipeline.arn, pipeline);
  }

  delete(pipeline: Pipeline): void {
    this.pipelines.delete(pipeline.arn);
  }

  /** @throws {PipelineExecutionNotFoundException} */
  execution(pipeline: Pipeline, id = ""): Execution {
    const execution = pipeline.executions.find((one) => one.id === id);
    if (execution) return execution;
    const message = `The pipeline execution ${id} does not exist in pipeline ${currentDeclaration(pipeline).name}`;
    throw new PipelineExecutionNotFoundException({ message, $metadata });
  }

  /** @throws {StageNotFoundException} */
  stage(pipeline: Pipeline, name = ""): StageDeclaration {
    const declaration = currentDeclaration(pipeline);
    const stage = declaration.stages?.find((one) => one.name === name);
    if (stage) return stage;
    const message = `The pipeline ${declaration.name} does not have a stage with name '${name}'`;
    throw new StageNotFoundException({ message, $metadata });
  }

  /** The values of the pipeline's variables: as given, or by default. */
  variables(pipeline: Pipeline, given: readonly PipelineVariable[]): Record<string, string> {
    const declared = currentDeclaration(pipeline).variables ?? [];
    const refuse = (message: string) => new ValidationException({ message, $metadata });
    for (const { name } of given)
      if (!declared.some((variable) => variable.name === name))
        throw refuse(`The pipeline does not declare a variable with name '${name}'`);
    return Object.fromEntries(
      declared.map(({ name = "", defaultValue }) => {
        const value = given.find((variable) => variable.name === name)?.value ?? defaultValue;
        if (value === undefined)
          throw refuse(`The variable '${name}' has no default value: a value must be given`);
        return [name, value];
      }),
    );
  }
}
