import assert from "node:assert/strict";
import { guardedTypes } from "../../../infra/lib/protection";
import { services } from "../../../infra/services";
import { EngineError, type Change, type EngineStack } from "../../provision/engine";
import type { EnvironmentName } from "../../rehearsal/environments";
import { configWith, programWith } from "./arguments-edit";
import { type Arrival, arrivals, definition, documentedArguments, refusals } from "./arguments-table";
import { type Trial, trials } from "./arguments-trials";

/** Arguments whose changes one preview shows together. */
interface Group {
  environment: EnvironmentName;
  arrival: Arrival;
  arguments: string[];
}

export interface ArgumentsOptions {
  /** Both are up, with nothing to do. They are previewed only. */
  stacks: Record<EnvironmentName, EngineStack>;
  /** For copies of the program. */
  folder: string;
}

/**
 * Changes every argument in previews, and holds what the engine would do against docs/arguments.md.
 * @returns how many previews that took
 */
export async function checkArguments(options: ArgumentsOptions): Promise<number> {
  const groups = groupsOf(documentedArguments());
  const waiting = [...groups];
  const work = async () => {
    for (let group = waiting.shift(); group; group = waiting.shift()) await check(group, options);
  };
  const stop = (error: unknown) => {
    waiting.length = 0;
    throw error;
  };
  const ended = await Promise.allSettled([work().catch(stop), work().catch(stop)]);
  for (const one of ended) if (one.status === "rejected") throw one.reason;
  return groups.length;
}

/** As few previews as tell arguments apart. What is to be refused is tried alone. */
function groupsOf(rows: Map<string, Arrival>): Group[] {
  const groups = new Map<string, Group>();
  for (const [argument, arrival] of rows) {
    const trial = trialOf(argument);
    for (const environment of trial.in ? [trial.in] : (["staging", "prod"] as const)) {
      const alone = arrival === "replacement" ? argument : trial.apart;
      const key = JSON.stringify([environment, arrival, alone]);
      const group = groups.get(key) ?? { environment, arrival, arguments: [] };
      group.arguments.push(argument);
      groups.set(key, group);
    }
  }
  return [...groups.values()].sort((a, b) => arrivals.indexOf(a.arrival) - arrivals.indexOf(b.arrival));
}

function trialOf(argument: string): Trial {
  const trial = trials[argument];
  if (!trial) throw new Error(`arguments-trials.ts has no change of the argument "${argument}"`);
  return trial;
}

async function check(group: Group, { stacks, folder }: ArgumentsOptions): Promise<void> {
  const { environment, arrival } = group;
  const told = `${group.arguments.join(", ")} in ${environment}, "${arrival}" in docs/arguments.md`;
  const preview = previewOf(group, stacks[environment], folder);
  if (arrival === "replacement") return checkRefusal(preview, group.arguments, told);

  const { changes } = await preview.catch((error: unknown) => {
    throw new Error(`${told}, is refused:\n${String(error)}`, { cause: error });
  });
  if (arrival === "in place") {
    const released = changes.flatMap(({ name }) => /^(.+)-templates$/.exec(name)?.[1] ?? []);
    const toRelease = group.arguments.flatMap((argument) => trialOf(argument).releases ?? []);
    assert.deepEqual(released.sort(), [...new Set(toRelease)].sort(), `${told}, changes the templates of`);
  }
  for (const { op, type, name } of changes) {
    const runs = arrival === "through a release" && guardedTypes.includes(type);
    assert.ok(!runs, `${told}, changes what runs: ${type} ${name}`);
    assert.ok(
      op === "update" || op === "create" || type === replaceable,
      `${told}, would ${op} ${type} ${name}`,
    );
  }
  const expected = group.arguments.flatMap((argument) => {
    const { changes: own = [] } = trialOf(argument);
    return typeof own === "function" ? own(environment) : own;
  });
  assert.deepEqual(flat(changes), [...new Set(expected)].sort(), told);
}

/** Has no data and serves nothing; AWS can only make another one. */
const replaceable = "aws:codedeploy/deploymentConfig:DeploymentConfig";

async function previewOf({ arguments: all }: Group, own: EngineStack, folder: string) {
  const fields: Record<string, unknown> = {};
  const values: Record<string, unknown> = {};
  for (const argument of all) {
    const { value, with: others } = trialOf(argument);
    if (argument.startsWith(definition)) fields[argument.slice(definition.length)] = value;
    else values[argument] = value;
    Object.assign(values, others);
  }
  const stack = Object.keys(fields).length > 0 ? own.withProgram(await programWith(folder, fields)) : own;
  return stack.preview({ config: configWith(own.config, values) });
}

async function checkRefusal(preview: Promise<{ changes: Change[] }>, all: string[], told: string) {
  const outcome = await preview.catch((error: unknown) => {
    if (error instanceof EngineError) return error;
    throw error;
  });
  if (!(outcome instanceof EngineError))
    assert.fail(`${told}, is not refused; it would:\n${flat(outcome.changes).join("\n")}`);
  const refused = outcome.messages
    .filter((message) => message !== "preview failed")
    .map((message) => {
      assert.ok(
        refusals.some((refusal) => message.includes(refusal)),
        `${told}, is refused for another reason: ${message}`,
      );
      return short(/"urn:[^"]*::([^"]+)"/.exec(message)?.[1] ?? "");
    });
  for (const argument of all) {
    const { refusedBy = "" } = trialOf(argument);
    assert.ok(refused.includes(refusedBy), `${told}: refused by ${refused.join(", ")}, not by ${refusedBy}`);
  }
}

/** Without the service's name: what holds for one service holds for the others. */
const short = (name: string) => {
  const service = services.find((one) => name.startsWith(`${one.name}-`));
  return service ? name.slice(service.name.length + 1) : name;
};
/** One line for each property; which element of a list it is does not matter. */
const flat = (changes: Change[]) => [
  ...new Set(
    changes
      .flatMap(({ op, name, properties }) =>
        op === "create"
          ? [`create ${short(name)}`]
          : properties.map((property) => `${op} ${short(name)} ${property.replace(/\[\d+\]/g, "")}`),
      )
      .sort(),
  ),
];
