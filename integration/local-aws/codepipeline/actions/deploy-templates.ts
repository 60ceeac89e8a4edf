import { RegisterTaskDefinitionRequest$, type RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { NormalizedSchema } from "@smithy/core/schema";
import { parseDocument } from "yaml";
import { ActionFailure } from "./action";

const invalid = (file: string, why: string) => new ActionFailure("ConfigurationError", `${file}: ${why}`);

/** The image that a build or an ECR source put into `imageDetail.json`. */
export function imageUri(text: string, artifact: string): string {
  const detail = parseJson(text, `imageDetail.json of ${artifact}`);
  const uri = typeof detail === "object" && detail && "ImageURI" in detail ? detail.ImageURI : undefined;
  if (typeof uri !== "string" || !uri)
    throw invalid(`imageDetail.json of ${artifact}`, 'it must be {"ImageURI": "REPOSITORY@DIGEST"}');
  return uri;
}

/**
 * Puts the images in the place of `<PLACEHOLDER>` in a task definition.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/tutorials-ecs-ecr-codedeploy.html
 *
 * @throws {ActionFailure} with the file and the reason: not JSON, a placeholder that is not there, a field that
 *   RegisterTaskDefinition does not have, or a value of the wrong type
 */
export function fillTaskDefinition(
  template: string,
  file: string,
  images: ReadonlyMap<string, string>,
): RegisterTaskDefinitionCommandInput {
  let text = template;
  for (const [placeholder, uri] of images) {
    if (!text.includes(`<${placeholder}>`))
      throw invalid(file, `the placeholder <${placeholder}> is not there`);
    text = text.replaceAll(`<${placeholder}>`, JSON.stringify(uri).slice(1, -1));
  }
  const definition = parseJson(text, file);
  const problem = findProblem(NormalizedSchema.of(RegisterTaskDefinitionRequest$), definition, "");
  if (problem) throw invalid(file, problem);
  const filled = definition as RegisterTaskDefinitionCommandInput;
  for (const { name, image } of filled.containerDefinitions ?? []) {
    if (image && /^<.+>$/.test(image))
      throw invalid(file, `the image of container ${name} is still the placeholder ${image}`);
  }
  return filled;
}

/** Refuses an AppSpec that CodeDeploy could not even read, or that has no place for the task definition. */
export function parseAppSpec(text: string, file: string): void {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw invalid(file, error.message.split("\n")[0] ?? error.message);
  const content: unknown = document.toJS();
  if (typeof content !== "object" || !content || !("Resources" in content))
    throw invalid(file, "an AppSpec must have Resources");
  if (!text.includes("<TASK_DEFINITION>"))
    throw invalid(file, "the placeholder <TASK_DEFINITION> is not there");
}

export const fillAppSpec = (text: string, taskDefinitionArn: string): string =>
  text.replaceAll("<TASK_DEFINITION>", taskDefinitionArn);

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw invalid(file, `it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The first thing in a value that the model of the ECS API does not have. */
function findProblem(schema: NormalizedSchema, value: unknown, at: string): string | undefined {
  const wrong = (wanted: string) => `${at || "the file"} must be ${wanted}`;
  if (value === null) return undefined;
  if (schema.isStructSchema() || schema.isMapSchema()) {
    if (typeof value !== "object" || Array.isArray(value)) return wrong("an object");
    const members = schema.isStructSchema() ? new Map(schema.structIterator()) : undefined;
    for (const [key, item] of Object.entries(value)) {
      const path = at ? `${at}.${key}` : key;
      const member = members ? members.get(key) : schema.getValueSchema();
      if (!member)
        return `unknown field ${path}; RegisterTaskDefinition takes ${[...(members?.keys() ?? [])].join(", ")}`;
      const problem = findProblem(member, item, path);
      if (problem) return problem;
    }
    return undefined;
  }
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) return wrong("a list");
    for (const [index, item] of value.entries()) {
      const problem = findProblem(schema.getValueSchema(), item, `${at}[${index}]`);
      if (problem) return problem;
    }
    return undefined;
  }
  if (schema.isBooleanSchema() && typeof value !== "boolean") return wrong("true or false");
  if (schema.isNumericSchema() && typeof value !== "number") return wrong("a number");
  if (schema.isStringSchema() && typeof value !== "string") return wrong("a string");
  return undefined;
}
