import { setTimeout as wait } from "node:timers/promises";
import type { Container, ContainerRuntime, ContainerSpec } from "../core/container-runtime";
import type { Aws } from "../core/aws";
import { containerEffect, type ContainerEffect, type ImageIn } from "../core/faults";

/** What the runtime cannot do to a container, in words. */
export const cannotDo =
  (runtime: ContainerRuntime["name"]) =>
  (effect: ContainerEffect): string | undefined =>
    effect.do === "limit memory" && runtime !== "docker"
      ? "processes of this machine have no memory limit of their own; run the rehearsal with Docker"
      : undefined;

/**
 * Starts a container with the faults that its image has in this account. They are put around what the runtime does,
 * so that every runtime has them. An image that is named by tag is known once it is pulled, too late for its memory.
 */
export async function startWithFaults(
  runtime: Pick<ContainerRuntime, "start">,
  spec: ContainerSpec,
  { aws, account }: { aws: Aws; account: string },
): Promise<Container> {
  let imageDigest = /@(sha256:[0-9a-f]+)$/.exec(spec.image)?.[1];
  const effect = <D extends ContainerEffect["do"]>(wanted: D) =>
    imageDigest === undefined ? undefined : effectOn(aws, { imageDigest, account }, wanted);
  const over = new AbortController();
  const startedMs = aws.clock.now().getTime();
  const { healthCheck } = spec;
  const fails = () => {
    const failing = effect("fail health checks");
    return !!failing && aws.clock.now().getTime() - startedMs >= failing.afterMs;
  };
  const container = await runtime.start({
    ...spec,
    memoryMiB: effect("limit memory")?.memoryMiB ?? spec.memoryMiB,
    healthCheck: healthCheck && {
      ...healthCheck,
      onChange: (health) => healthCheck.onChange(fails() ? "UNHEALTHY" : health),
    },
  });
  imageDigest = container.imageDigest ?? imageDigest;

  /** Goes by the fault as it is then: it may have been undone. */
  const later = (ms: number, act: () => void) =>
    void aws.clock.beside(async () => {
      await aws.clock.sleep(ms, over.signal);
      if (!over.signal.aborted) act();
    });
  const failing = effect("fail health checks");
  if (healthCheck && failing) {
    const { intervalSeconds, retries, startPeriodSeconds } = healthCheck;
    const noticedMs = Math.max(failing.afterMs, startPeriodSeconds * 1000) + intervalSeconds * retries * 1000;
    later(noticedMs, () => fails() && healthCheck.onChange("UNHEALTHY"));
  }
  let exited = false;
  const exit = effect("exit");
  if (exit) {
    later(exit.afterMs, () => {
      if (!effect("exit")) return;
      exited = true;
      container.kill();
    });
  }
  void container.ended.then(() => over.abort());
  return {
    id: container.id,
    imageDigest: container.imageDigest,
    address: (port) => container.address(port),
    ended: container.ended.then((how) => (exited ? { exitCode: 1, reason: "exit code 1" } : how)),
    kill: () => container.kill(),
    async stop() {
      if (!effect("ignore stop signal")) return container.stop();
      await wait(spec.stopTimeoutSeconds * 1000, undefined, { ref: false, signal: over.signal }).catch(
        () => undefined,
      );
      container.kill();
      await container.ended;
    },
  };
}

function effectOn<D extends ContainerEffect["do"]>(aws: Aws, image: ImageIn, wanted: D) {
  for (const { fault } of aws.faults.of(image)) {
    const effect = containerEffect(fault);
    if (effect?.do === wanted) return effect as Extract<ContainerEffect, { do: D }>;
  }
  return undefined;
}
