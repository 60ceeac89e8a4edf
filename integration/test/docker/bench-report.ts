import os from "node:os";
import type { EngineName } from "../../local-aws/containers/choose";

/** One rehearsal of the good release, in wall milliseconds. */
export interface Run {
  /** Until both stacks are up. */
  bringUpMs: number;
  /** From the commit until production has it and its clients have been watched. */
  scenarioMs: number;
  /** From start to end, cleaning up included. */
  wholeMs: number;
  /** The longest build of the release, which had no cache to use. */
  buildMs: number;
  failedRequests: number;
  asExpected: boolean;
}

const figures = ["bringUpMs", "scenarioMs", "buildMs", "wholeMs"] as const;
type Figure = (typeof figures)[number];

/** A time for people. */
export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** Of an odd number the one in the middle, else the mean of the two. */
function spread(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return {
    min: at(0),
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    max: at(sorted.length - 1),
  };
}

/** All that was measured, as `--json` prints it. */
export function resultOf(
  runs: Partial<Record<EngineName, readonly Run[]>>,
  notMeasured: readonly string[],
  loadBefore: number,
) {
  const of = (engine: EngineName) => {
    const measured = runs[engine];
    if (!measured?.length) return undefined;
    const spreads = figures.map((figure) => [figure, spread(measured.map((run) => run[figure]))] as const);
    return { ...(Object.fromEntries(spreads) as Record<Figure, ReturnType<typeof spread>>), runs: measured };
  };
  const [byProcess, byDocker] = [of("process"), of("docker")];
  const ratio = (figure: Figure) =>
    byProcess && byDocker ? byDocker[figure].median / byProcess[figure].median : undefined;
  return {
    machine: {
      cores: os.availableParallelism(),
      processor: os.cpus()[0]?.model ?? "unknown",
      system: `${process.platform} ${process.arch}`,
      node: process.versions.node,
      loadBefore,
    },
    process: byProcess,
    docker: byDocker,
    /** How many times as long it takes with Docker, by the medians; absent where one of the two was not measured. */
    ratio: Object.fromEntries(figures.map((figure) => [figure, ratio(figure)])) as Record<
      Figure,
      number | undefined
    >,
    notMeasured: [...notMeasured],
  };
}

const titles: Record<Figure, string> = {
  bringUpMs: "both stacks brought up",
  scenarioMs: "the good release",
  buildMs: "  of which its longest build",
  wholeMs: "from start to end",
};

/** What was measured, for people. */
export function table({ machine, ratio, notMeasured, ...engines }: ReturnType<typeof resultOf>): string {
  const lines = [""];
  const cells = (texts: readonly string[]) => texts.map((text) => text.padStart(10)).join("");
  for (const name of ["process", "docker"] as const) {
    const measured = engines[name];
    if (!measured) continue;
    const failed = measured.runs.reduce((sum, { failedRequests }) => sum + failedRequests, 0);
    const expected = measured.runs.filter(({ asExpected }) => asExpected).length;
    lines.push(`${`--containers ${name}`.padEnd(30)}${cells(["min", "median", "max"])}`);
    for (const figure of figures) {
      const { min, median, max } = measured[figure];
      lines.push(`${titles[figure].padEnd(30)}${cells([min, median, max].map(seconds))}`);
    }
    lines.push(`${expected} of ${measured.runs.length} as expected, ${failed} failed requests`, "");
  }
  const shown = figures.flatMap((figure) => {
    const value = ratio[figure];
    return value === undefined ? [] : [`${titles[figure].trim()} 1 : ${value.toFixed(1)}`];
  });
  if (shown.length > 0) lines.push(`Processes to Docker: ${shown.join(", ")}`);
  for (const one of notMeasured) lines.push(`Not measured: ${one}`);
  lines.push(
    `Machine: ${machine.cores} cores (${machine.processor}), load ${machine.loadBefore.toFixed(1)} beforehand, ` +
      `Node.js ${machine.node}, ${machine.system}`,
    "",
  );
  return lines.join("\n");
}
