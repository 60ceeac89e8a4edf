import type { Target } from "@aws-sdk/client-eventbridge";
import type { BusEvent } from "../core/events";

/** The rule by which a target gets an event, and when the bus got it. */
export interface About {
  ruleName: string;
  ruleArn: string;
  receivedAt: Date;
}

/** What a target gets of an event: the event itself, or what its rule makes of it. */
export function inputOf(
  target: Pick<Target, "Input" | "InputPath" | "InputTransformer">,
  event: BusEvent,
  about: About,
): { input: string; custom: boolean } {
  const { Input: constant, InputPath: path, InputTransformer: transformer } = target;
  if (constant !== undefined) return { input: constant, custom: true };
  if (path !== undefined) return { input: JSON.stringify(at(event, path) ?? null), custom: true };
  if (!transformer) return { input: JSON.stringify(event), custom: false };
  const { detail, ...envelope } = event;
  const variables: Record<string, unknown> = {
    ...Object.fromEntries(
      Object.entries(transformer.InputPathsMap ?? {}).map(([name, from]) => [name, at(event, from)]),
    ),
    "aws.events.rule-arn": about.ruleArn,
    "aws.events.rule-name": about.ruleName,
    "aws.events.event.ingestion-time": about.receivedAt.toISOString().replace(/\.\d+Z$/, "Z"),
    "aws.events.event": envelope,
    "aws.events.event.json": { ...envelope, detail },
  };
  return { input: minified(render(transformer.InputTemplate ?? "", variables)), custom: true };
}

const stringOrVariable = /"(?:\\.|[^"\\])*"|<[^<>\s]+>/gs;
const variable = /<([^<>\s]+)>/g;

/**
 * Fills a template. Where a value of JSON may stand, a variable becomes one; inside of quotes it is put as it is, without
 * escapes, and without the quotes of an object. A variable that the event does not have is empty.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export function render(template: string, variables: Record<string, unknown>): string {
  const inString = (_: string, name: string) => {
    const value = variables[name] ?? "";
    return typeof value === "string" ? value : JSON.stringify(value).replace(/"/g, "");
  };
  return template.replace(stringOrVariable, (token) =>
    token.startsWith('"')
      ? token.replace(variable, inString)
      : JSON.stringify(variables[token.slice(1, -1)] ?? ""),
  );
}

/** "The JSON that is passed to the target is minified." What is not JSON goes as it is. */
function minified(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

/** Whether a template would give JSON, or a quoted string in each of its lines. */
export function isTemplate(template: string): boolean {
  const isJson = (text: string) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const filled = render(template, {});
  return (
    isJson(filled) ||
    (filled.trim() !== "" &&
      filled
        .split("\n")
        .filter((line) => line.trim())
        .every(isJson))
  );
}

const step = /\.([\w/-]+|\*)|\[(\d+|\*)\]|\['([^']+)'\]/gy;

/** Whether a path is one that EventBridge knows: dots, names, indices and wildcards. */
export const isPath = (path: string): boolean =>
  path === "$" || (path.startsWith("$") && stepsOf(path) !== undefined);

function stepsOf(path: string): string[] | undefined {
  const rest = path.slice(1);
  const steps = [...rest.matchAll(step)];
  if (steps.map(([text]) => text).join("") !== rest) return undefined;
  return steps.map(([, name, index, quoted]) => name ?? index ?? quoted ?? "");
}

/** The value at a path such as `$.detail.object.version-id`; a wildcard gives a list. */
function at(value: unknown, path: string): unknown {
  return walk(value, stepsOf(path) ?? [""]);
}

function walk(value: unknown, [step, ...rest]: string[]): unknown {
  if (step === undefined) return value;
  if (typeof value !== "object" || value === null) return undefined;
  if (step === "*")
    return Object.values(value)
      .map((one: unknown) => walk(one, rest))
      .filter((one) => one !== undefined);
  return Object.hasOwn(value, step) ? walk((value as Record<string, unknown>)[step], rest) : undefined;
}
