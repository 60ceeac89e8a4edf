import type { FaultKind, FaultOf } from "./fault";
import { after, readShare } from "./text";

export const latency: FaultKind<FaultOf<"latency">> = {
  kind: "latency",
  example: "latency 200 ms",
  help: 'takes longer over each request, or over a share of them ("latency 200 ms 10%"), in wall time',
  read(text) {
    const rest = after("latency", text);
    if (rest === undefined) return undefined;
    const [, ms, share] = /^(\d+) ?ms(?: (.+))?$/.exec(rest) ?? [];
    if (!(Number(ms) > 0))
      throw new Error(`"${rest}" is not a delay: write for example "200 ms" or "200 ms 10%"`);
    return { kind: "latency", wallMs: Number(ms), share: share === undefined ? 1 : readShare(share) };
  },
  door: ({ wallMs }) => ({ do: "delay", wallMs }),
};
