import type { FaultKind, FaultOf } from "./fault";
import { after } from "./text";

export const neverHealthy: FaultKind<FaultOf<"never healthy">> = {
  kind: "never healthy",
  example: "never healthy",
  help: "runs, but answers every health check with status 503",
  read: (text) => (after("never healthy", text) === "" ? { kind: "never healthy" } : undefined),
  door: (_fault, { isHealthCheck }) => (isHealthCheck ? { do: "answer", status: 503 } : undefined),
  container: () => ({ do: "fail health checks", afterMs: 0 }),
};
