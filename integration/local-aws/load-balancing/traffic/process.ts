// The traffic process: listeners, targets and doors, apart from everything that decides. Control starts it (own-process.ts).
import { wallNow } from "../../core/clock";
import { InProcessPlane } from "./in-process";
import type { ClockIs, FromTraffic, PlaneCall, TimedEvent, ToTraffic } from "./protocol";

/** How long events are gathered before they are told, in wall milliseconds. */
const gatherMs = 20;

let clock: ClockIs = { type: "clock", wall: wallNow(), aws: Date.now(), speed: 1 };
let events: TimedEvent[] = [];
let telling: NodeJS.Timeout | undefined;

// Nobody hears what is said when control has gone; then this process ends.
const say = (message: FromTraffic) => process.send?.(message, undefined, undefined, () => undefined);

const plane = new InProcessPlane(
  () => clock.aws + (wallNow() - clock.wall) * clock.speed,
  (event) => {
    events.push({ ...event, wall: wallNow() });
    telling ??= setTimeout(() => {
      telling = undefined;
      say({ type: "events", events });
      events = [];
    }, gatherMs);
  },
  (message) => say({ type: "warning", message }),
);

async function answer({ id, method, args }: PlaneCall, handle: unknown): Promise<void> {
  try {
    const call = plane[method] as (...given: unknown[]) => Promise<void>;
    await call.apply(plane, handle === undefined ? args : [...args, handle]);
    say({ type: "answer", id });
  } catch (error) {
    say({ type: "refusal", id, message: error instanceof Error ? error.message : String(error) });
  }
}

process.on("message", (message: ToTraffic, handle) => {
  if (message.type === "clock") clock = message;
  else void answer(message, handle);
});
// Control ends it, whatever becomes of control; a Ctrl-C is control's to act on.
process.on("disconnect", () => process.exit(0));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
