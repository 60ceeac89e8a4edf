import type { FaultKind, FaultOf } from "./fault";
import { after, readShare } from "./text";

export const status5xx: FaultKind<FaultOf<"5xx">> = {
  kind: "5xx",
  example: "5xx 5%",
  help: "answers this share of its requests with status 500",
  read(text) {
    const rest = after("5xx", text);
    return rest === undefined ? undefined : { kind: "5xx", share: readShare(rest) };
  },
  door: () => ({ do: "answer", status: 500 }),
};
