import type { FaultKind, FaultOf } from "./fault";
import { after } from "./text";

export const outOfMemory: FaultKind<FaultOf<"out of memory">> = {
  kind: "out of memory",
  example: "out of memory",
  help: "needs more memory than it has, and is killed for it (with Docker only)",
  read: (text) => (after("out of memory", text) === "" ? { kind: "out of memory" } : undefined),
  // The least that Docker allows: https://docs.docker.com/engine/containers/resource_constraints/#limit-a-containers-access-to-memory
  container: () => ({ do: "limit memory", memoryMiB: 6 }),
};
