import type { FaultKind, FaultOf } from "./fault";
import { after, readSeconds } from "./text";

export const slowStart: FaultKind<FaultOf<"slow start">> = {
  kind: "slow start",
  example: "slow start 30 seconds",
  help: "runs, but does not listen until this time (AWS time) after its start",
  read(text) {
    const rest = after("slow start", text);
    return rest === undefined ? undefined : { kind: "slow start", seconds: readSeconds(rest) };
  },
  door: ({ seconds }, { ageMs }) => (ageMs < seconds * 1000 ? { do: "refuse" } : undefined),
};
