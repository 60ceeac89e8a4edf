import type { PipelineVariable, SourceRevisionOverride } from "@aws-sdk/client-codepipeline";
import type { Target } from "@aws-sdk/client-eventbridge";

type Input = { variables?: PipelineVariable[]; sourceRevisions?: SourceRevisionOverride[] };

/**
 * What a target's input gives to a pipeline's start: source revisions and variables. Without an input transformer
 * or constant input it gets the event, which a pipeline does not read.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-trigger-source-overrides.html
 *
 * @throws {Error} when the input is not JSON
 */
export function targetInput(target: Target, event: unknown): Input {
  const { Input: constant, InputTransformer: transformer } = target;
  if (!constant && !transformer) return {};
  let text = constant ?? "";
  if (transformer) {
    text = (transformer.InputTemplate ?? "").replace(/"<([\w-]+)>"|<([\w-]+)>/g, (_, quoted, bare) => {
      const path = transformer.InputPathsMap?.[String(quoted ?? bare)] ?? "";
      const value = at(event, path);
      return quoted !== undefined || typeof value !== "string" ? JSON.stringify(value ?? "") : value;
    });
  }
  const { variables, sourceRevisions } = JSON.parse(text) as Input;
  return { variables, sourceRevisions };
}

/** The value at a path such as `$.detail.object.version-id`. */
function at(event: unknown, path: string): unknown {
  const keys = path
    .replace(/^\$\.?/, "")
    .split(".")
    .filter(Boolean);
  return keys.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value ? (value as Record<string, unknown>)[key] : undefined,
    event,
  );
}
