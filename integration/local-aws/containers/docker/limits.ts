import type Dockerode from "dockerode";

/**
 * A task's limits as Docker's: 1024 CPU units are one core's time, and memory has no swap beside it, as on Fargate.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_limits
 */
export function limits(
  { cpuUnits, memoryMiB }: { cpuUnits?: number; memoryMiB?: number },
  machineCpus: number,
): Pick<Dockerode.HostConfig, "NanoCpus" | "Memory" | "MemorySwap"> {
  return {
    // Docker refuses more than the machine has.
    ...(cpuUnits ? { NanoCpus: Math.round(Math.min(cpuUnits / 1024, machineCpus) * 1e9) } : {}),
    ...(memoryMiB ? { Memory: memoryMiB * 1024 ** 2, MemorySwap: memoryMiB * 1024 ** 2 } : {}),
  };
}
