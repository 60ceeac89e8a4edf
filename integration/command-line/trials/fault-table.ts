import type { ReleaseOutcome } from "../../rehearsal/outcome";
import type { Trial } from "./outcomes";

/** What would be right for a version with a fault: that it goes on, or that it is stopped or taken back. */
type Truth = "safe" | "must not stay";

/** One of each kind, strong enough to break what the services promise. */
export const tabledFaults: readonly { fault: string; truth: Truth }[] = [
  { fault: "5xx 5%", truth: "must not stay" },
  { fault: "4xx 5%", truth: "must not stay" },
  { fault: "wrong bodies 5%", truth: "must not stay" },
  // Longer than the objectives of the services here allow.
  { fault: "latency 1000 ms", truth: "must not stay" },
  { fault: "reset 5%", truth: "must not stay" },
  { fault: "slow start 30 seconds", truth: "safe" },
  { fault: "never healthy", truth: "must not stay" },
  { fault: "down after 60 seconds", truth: "must not stay" },
  { fault: "exit after 60 seconds", truth: "must not stay" },
  { fault: "out of memory", truth: "must not stay" },
  { fault: "ignores SIGTERM", truth: "safe" },
];

/** A fault that could not be tried on a service, and why. */
export interface Untried {
  service: string;
  fault: string;
  why: string;
}

/** Every fault on every service, as a page of the docs. */
export function faultPage(trials: readonly Trial[], untried: readonly Untried[], command: string): string {
  const services = [...new Set([...trials, ...untried].map(({ service }) => service))].sort();
  const rows = tabledFaults.flatMap(({ fault, truth }) =>
    services.map((service) => {
      const own = trials.filter((one) => one.service === service && one.release === fault);
      const outcomes = [...new Set(own.map(({ outcome }) => outcome))];
      const counted = outcomes.map(
        (outcome) => `${outcome} (${own.filter((one) => one.outcome === outcome).length} of ${own.length})`,
      );
      const not = untried.filter((one) => one.service === service && one.fault === fault);
      const differences = outcomes.map((outcome) => difference(truth, outcome)).filter(Boolean);
      const came = [...counted, ...not.map(({ why }) => `not tried: ${why}`)].join(", ");
      return [fault, service, came || "not tried", truth, differences.join("; ") || "–"];
    }),
  );
  const line = (cells: string[]) =>
    `| ${cells.map((cell) => cell.replace(/\s*\n\s*/g, " ").replaceAll("|", "\\|")).join(" | ")} |`;
  return [
    "# What becomes of faults",
    "",
    `Each generic fault on the candidate of each service in production: what alarms, rollback and verdict make of it today, and what would be right. Made by \`${command}\`; do not edit it. A fault at the door of a task meets the load balancer's health checks as well.`,
    "",
    line(["fault", "service", "outcome", "right is", "difference"]),
    line(["---", "---", "---", "---", "---"]),
    ...rows.map(line),
    "",
  ].join("\n");
}

/** Undefined where the outcome is right. */
function difference(truth: Truth, outcome: ReleaseOutcome): string | undefined {
  if (outcome === "not judged" || outcome === "not rehearsed") return "nobody can say";
  const stays = outcome === "safe" || outcome === "not safe";
  if (truth === "safe")
    return stays ? (outcome === "safe" ? undefined : "good, and said to hurt") : "good, and taken back";
  if (outcome === "safe") return "**gap: neither an alarm nor the verdict saw it**";
  if (outcome === "not safe") return "no alarm saw it; the verdict did";
  return outcome === "rolled back" ? "taken back, but more met it than the bound allows" : undefined;
}
