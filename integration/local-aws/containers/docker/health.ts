import type Dockerode from "dockerode";
import type { HealthCheck } from "../../core/container-runtime";

/** A probe starts a process in the container, which takes a tenth of a second of a core. */
const shortestIntervalMs = 1000;
/** Starting is work that really runs: however fast the clock, a program has as long, or its own start period if shorter. */
const startMs = 10_000;

const nanoseconds = (milliseconds: number): number => Math.round(milliseconds * 1e6);

/**
 * A container health check as Docker's. Its interval is a wait, in AWS time; its timeout is of work that really runs, in
 * wall time. Without one in the task definition, the image's own is not run either.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html
 */
export function dockerHealthCheck(check: HealthCheck | undefined, speed: number) {
  if (!check) return { Test: ["NONE"] };
  const { command, intervalSeconds, timeoutSeconds, startPeriodSeconds, retries } = check;
  const startPeriodMs = startPeriodSeconds * 1000;
  return {
    Test: [...command],
    Interval: nanoseconds(Math.max((intervalSeconds * 1000) / speed, shortestIntervalMs)),
    Timeout: nanoseconds(timeoutSeconds * 1000),
    StartPeriod: nanoseconds(Math.max(startPeriodMs / speed, Math.min(startPeriodMs, startMs))),
    Retries: retries,
  };
}

/** Tells of each change of a container's health, until it is closed. */
export async function watchHealth(
  docker: Dockerode,
  container: string,
  onChange: (health: "HEALTHY" | "UNHEALTHY") => void,
): Promise<{ close(): void }> {
  const events = await docker.getEvents({ filters: { container: [container], event: ["health_status"] } });
  let rest = "";
  events.setEncoding("utf8");
  events.on("error", () => undefined);
  events.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines.filter(Boolean)) {
      const { status } = JSON.parse(line) as { status?: string };
      if (status === "health_status: healthy") onChange("HEALTHY");
      if (status === "health_status: unhealthy") onChange("UNHEALTHY");
    }
  });
  return { close: () => void (events as { destroy?: () => void }).destroy?.() };
}
