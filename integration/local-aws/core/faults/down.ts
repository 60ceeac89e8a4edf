import type { FaultKind, FaultOf } from "./fault";
import { after, readSeconds } from "./text";

export const down: FaultKind<FaultOf<"down">> = {
  kind: "down",
  example: "down after 60 seconds",
  help: "is healthy, then runs on but listens no more, from this time (AWS time) after its start",
  read(text) {
    const rest = after("down after", text);
    return rest === undefined ? undefined : { kind: "down", afterSeconds: readSeconds(rest) };
  },
  door: ({ afterSeconds }, { ageMs }) => (ageMs >= afterSeconds * 1000 ? { do: "refuse" } : undefined),
  container: ({ afterSeconds }) => ({ do: "fail health checks", afterMs: afterSeconds * 1000 }),
};
