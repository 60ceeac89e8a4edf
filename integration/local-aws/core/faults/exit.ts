import type { FaultKind, FaultOf } from "./fault";
import { after, readSeconds } from "./text";

export const exit: FaultKind<FaultOf<"exit">> = {
  kind: "exit",
  example: "exit after 60 seconds",
  help: "is healthy, then ends, at this time (AWS time) after its start",
  read(text) {
    const rest = after("exit after", text);
    return rest === undefined ? undefined : { kind: "exit", afterSeconds: readSeconds(rest) };
  },
  container: ({ afterSeconds }) => ({ do: "exit", afterMs: afterSeconds * 1000 }),
};
