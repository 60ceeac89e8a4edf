import type { FaultKind, FaultOf } from "./fault";
import { after } from "./text";

export const ignoresSigterm: FaultKind<FaultOf<"ignores SIGTERM">> = {
  kind: "ignores SIGTERM",
  example: "ignores SIGTERM",
  help: "does not end when it is told to, and is killed after its stopTimeout",
  read: (text) => (after("ignores SIGTERM", text) === "" ? { kind: "ignores SIGTERM" } : undefined),
  container: () => ({ do: "ignore stop signal" }),
};
