import { machineLine, machineWith, seconds, spread, type Spread } from "../measure";

/** Both stacks once, side by side, on a local AWS that had nothing. In wall milliseconds. */
export interface Run {
  /** From the call until both are up. */
  wholeMs: number;
  /** Of the slower stack, from when its program had loaded until it was up. The engine does not say when that was. */
  afterLoadMs?: number;
  resources: Record<"staging" | "prod", number>;
}

/**
 * Waits of fixed length in the AWS provider, in seconds, however fast AWS is: it lets 30 s pass before it looks whether
 * a load balancer is active, once when it is made and once when its attributes are set. A hook function needs the name
 * of its load balancer and so comes after it; the cluster does not.
 * @see https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/elbv2/load_balancer.go
 */
const fixedWaits = { loadBalancer: 60, hookFunction: 5, cluster: 10 };
const waitSeconds = fixedWaits.loadBalancer + fixedWaits.hookFunction;

/** All that was measured, as `--json` prints it. */
export function resultOf(directRuns: Run[], engineRuns: Run[], loadBefore: number) {
  const whole = (runs: Run[]) => spread(runs.map(({ wholeMs }) => wholeMs));
  const afterLoad = spread(directRuns.flatMap(({ afterLoadMs }) => afterLoadMs ?? []));
  const [directMs, engineMs] = [whole(directRuns), whole(engineRuns)];
  return {
    machine: machineWith(loadBefore),
    direct: { afterLoadMs: afterLoad, wholeMs: directMs, runs: directRuns },
    engine: { wholeMs: engineMs, fixedWaits: { seconds: waitSeconds, of: fixedWaits }, runs: engineRuns },
    /** How many times as long the engine takes, by the medians. */
    ratio: { whole: engineMs.median / directMs.median, afterLoad: engineMs.median / afterLoad.median },
  };
}

/** What was measured, for people. */
export function table({
  machine,
  direct: directly,
  engine: byEngine,
  ratio,
}: ReturnType<typeof resultOf>): string {
  const row = (what: string, { min, median, max }: Spread, runs: Run[]) => {
    const made = [...new Set(runs.map(({ resources: { staging, prod } }) => `${staging} + ${prod}`))];
    const cells = [seconds(min), seconds(median), seconds(max), String(runs.length)];
    return `${what.padEnd(34)}${cells.map((cell) => cell.padStart(9)).join("")}   ${made.join(", ")}`;
  };
  const share = Math.round((waitSeconds * 100_000) / byEngine.wholeMs.median);
  const head = ["min", "median", "max", "runs"].map((cell) => cell.padStart(9)).join("");
  return `
${"staging and prod, side by side".padEnd(34)}${head}   resources
${row("direct, after the program loaded", directly.afterLoadMs, directly.runs)}
${row("direct, from start to end", directly.wholeMs, directly.runs)}
${row("engine, from start to end", byEngine.wholeMs, byEngine.runs)}

Direct provisioning to the engine, both from start to end: 1 : ${ratio.whole.toFixed(1)} (after the program loaded: 1 : ${ratio.afterLoad.toFixed(1)})
Of the engine's ${seconds(byEngine.wholeMs.median)}, ${waitSeconds} s (${share} %) are fixed waits of the AWS provider: ${fixedWaits.loadBalancer} s for a load balancer, then ${fixedWaits.hookFunction} s for the hook function that is told its name. A cluster's ${fixedWaits.cluster} s pass meanwhile.
${machineLine(machine)}
`;
}
