import { machineLine, machineWith, seconds, spread, type Spread } from "../../measure";
import type { RuntimeName } from "../../local-aws/containers/choose";

/** One rehearsal of the good and of the bad release, in wall milliseconds. */
export interface Run {
  /** Until both stacks are up. */
  bringUpMs: number;
  /** From the commit until production has it and its clients have been watched. */
  goodMs: number;
  /** From the bad commit until the next good release has been judged. */
  badMs: number;
  /** From start to end, cleaning up included. */
  wholeMs: number;
  /** The longest build of the good release, which had no cache to use. */
  buildMs: number;
  /** In the good release. */
  failedRequests: number;
  asExpected: boolean;
}

const figures = ["bringUpMs", "goodMs", "buildMs", "badMs", "wholeMs"] as const;
type Figure = (typeof figures)[number];

/** All that was measured, as `--json` prints it. */
export function resultOf(
  runs: Partial<Record<RuntimeName, readonly Run[]>>,
  notMeasured: readonly string[],
  loadBefore: number,
) {
  const of = (runtime: RuntimeName) => {
    const measured = runs[runtime];
    if (!measured?.length) return undefined;
    const spreads = figures.map((figure) => [figure, spread(measured.map((run) => run[figure]))] as const);
    return { ...(Object.fromEntries(spreads) as Record<Figure, Spread>), runs: measured };
  };
  const [byProcess, byDocker] = [of("process"), of("docker")];
  const ratio = (figure: Figure) =>
    byProcess && byDocker ? byDocker[figure].median / byProcess[figure].median : undefined;
  return {
    machine: machineWith(loadBefore),
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
  goodMs: "the good release",
  buildMs: "  of which its longest build",
  badMs: "the bad one, and the next",
  wholeMs: "from start to end",
};

/** What was measured, for people. */
export function table({ machine, ratio, notMeasured, ...runtimes }: ReturnType<typeof resultOf>): string {
  const lines = [""];
  const cells = (texts: readonly string[]) => texts.map((text) => text.padStart(10)).join("");
  for (const name of ["process", "docker"] as const) {
    const measured = runtimes[name];
    if (!measured) continue;
    const failed = measured.runs.reduce((sum, { failedRequests }) => sum + failedRequests, 0);
    const expected = measured.runs.filter(({ asExpected }) => asExpected).length;
    lines.push(`${`--containers ${name}`.padEnd(30)}${cells(["min", "median", "max"])}`);
    for (const figure of figures) {
      const { min, median, max } = measured[figure];
      lines.push(`${titles[figure].padEnd(30)}${cells([min, median, max].map(seconds))}`);
    }
    lines.push(
      `${expected} of ${measured.runs.length} as expected, ${failed} failed requests in good releases`,
      "",
    );
  }
  const shown = figures.flatMap((figure) => {
    const value = ratio[figure];
    return value === undefined ? [] : [`${titles[figure].trim()} 1 : ${value.toFixed(1)}`];
  });
  if (shown.length > 0) lines.push(`Processes to Docker: ${shown.join(", ")}`);
  for (const one of notMeasured) lines.push(`Not measured: ${one}`);
  lines.push(machineLine(machine), "");
  return lines.join("\n");
}
