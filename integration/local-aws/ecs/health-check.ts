import type * as sdk from "@aws-sdk/client-ecs";
import type { ContainerRuntime } from "../core/container-runtime";
import { clientError, invalid } from "./errors";

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
const ranges = { interval: [5, 300], timeout: [2, 120], retries: [1, 10], startPeriod: [0, 300] } as const;
const defaults = { interval: 30, timeout: 5, retries: 3 };

/** A container health check as a read on AWS shows it, or none. */
export function checkedHealthCheck(
  { name, healthCheck }: sdk.ContainerDefinition,
  runtime: ContainerRuntime["name"],
): sdk.HealthCheck | undefined {
  if (!healthCheck) return undefined;
  if (runtime !== "docker") {
    throw invalid(
      `not implemented: ECS container health checks (container "${name}"); use the target group's, or run it with the ` +
        "--containers docker",
    );
  }
  const [kind, ...rest] = healthCheck.command ?? [];
  const isNone = kind === "NONE" && rest.length === 0;
  if (!isNone && !((kind === "CMD" || kind === "CMD-SHELL") && rest.length > 0)) {
    throw clientError(
      `The health check of the container "${name}" must begin with CMD or CMD-SHELL, and have a command after it.`,
    );
  }
  const filled: sdk.HealthCheck = { ...defaults, ...healthCheck, command: healthCheck.command };
  for (const [key, [least, most]] of Object.entries(ranges)) {
    const value = filled[key as keyof typeof ranges];
    if (value !== undefined && !(value >= least && value <= most)) {
      throw clientError(
        `The health check of the container "${name}" has ${key} ${value}; it is between ${least} and ${most}.`,
      );
    }
  }
  return filled;
}

/** Whether a container is checked at all: `NONE` switches it off. */
export const isChecked = ({ healthCheck }: sdk.ContainerDefinition): boolean =>
  !!healthCheck && healthCheck.command?.[0] !== "NONE";

/**
 * The health of a task: of its essential containers that are checked.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html
 */
export function taskHealth(
  definitions: readonly sdk.ContainerDefinition[],
  healthOf: (name: string | undefined) => sdk.HealthStatus | undefined,
): sdk.HealthStatus {
  const states = definitions
    .filter((one) => one.essential !== false && isChecked(one))
    .map(({ name }) => healthOf(name) ?? "UNKNOWN");
  if (states.includes("UNHEALTHY")) return "UNHEALTHY";
  return states.length > 0 && states.every((state) => state === "HEALTHY") ? "HEALTHY" : "UNKNOWN";
}
