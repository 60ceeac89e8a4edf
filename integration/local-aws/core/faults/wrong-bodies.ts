import type { FaultKind, FaultOf } from "./fault";
import { after, readShare } from "./text";

export const wrongBodies: FaultKind<FaultOf<"wrong bodies">> = {
  kind: "wrong bodies",
  example: "wrong bodies 5%",
  help: "answers this share of its requests with the right status and a wrong body",
  read(text) {
    const rest = after("wrong bodies", text);
    return rest === undefined ? undefined : { kind: "wrong bodies", share: readShare(rest) };
  },
  door: () => ({ do: "spoil" }),
};
