import type { FaultKind, FaultOf } from "./fault";
import { after, readShare } from "./text";

export const status4xx: FaultKind<FaultOf<"4xx">> = {
  kind: "4xx",
  example: "4xx 5%",
  help: "answers this share of its requests with status 400",
  read(text) {
    const rest = after("4xx", text);
    return rest === undefined ? undefined : { kind: "4xx", share: readShare(rest) };
  },
  door: () => ({ do: "answer", status: 400 }),
};
