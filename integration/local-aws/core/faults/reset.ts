import type { FaultKind, FaultOf } from "./fault";
import { after, readShare } from "./text";

export const reset: FaultKind<FaultOf<"reset">> = {
  kind: "reset",
  example: "reset 5%",
  help: "resets the connection of this share of its requests, without an answer",
  read(text) {
    const rest = after("reset", text);
    return rest === undefined ? undefined : { kind: "reset", share: readShare(rest) };
  },
  door: () => ({ do: "reset" }),
};
