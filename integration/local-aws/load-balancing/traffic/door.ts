import { isDeepStrictEqual } from "node:util";
import { doorEffect, type DoorEffect, type Injection } from "../../core/faults";
import { versionByHeader, versionHeader } from "../../core/versions";
import { Deck } from "./deck";
import type { DoorSettings } from "./plane";

const none: readonly DoorEffect[] = [];

/** The door of a task, through which requests and health checks come. Each has its share of the faults, exactly. */
export class Door {
  private requests: Chooser[] = [];
  private checks: Chooser[] = [];
  private injections: readonly Injection[] = [];

  constructor(
    private settings: DoorSettings,
    private readonly nowMs: () => number,
  ) {
    this.change(settings);
  }

  change(settings: DoorSettings): void {
    this.settings = settings;
    // Faults that stay go on in their order.
    if (isDeepStrictEqual(settings.injections, this.injections)) return;
    this.injections = settings.injections;
    this.requests = settings.injections.map(chooser);
    this.checks = settings.injections.map(chooser);
  }

  /** What a request or a health check meets that comes now. */
  visit(isHealthCheck: boolean): readonly DoorEffect[] {
    const choosers = isHealthCheck ? this.checks : this.requests;
    if (choosers.length === 0) return none;
    const visit = { isHealthCheck, ageMs: this.nowMs() - this.settings.startedAtMs };
    return choosers.flatMap(({ injection, chosen }) => {
      const effect = chosen() ? doorEffect(injection.fault, visit) : undefined;
      return effect ? [effect] : [];
    });
  }

  /** The headers that say the version of an answer that does not say it itself. */
  get versionHeaders(): string[] {
    return [versionHeader, this.settings.version, versionByHeader, "load-balancer"];
  }
}

/** Delays add up; of the other effects that a visit meets at once, the first one here wins. */
const order = ["refuse", "reset", "answer", "spoil"] as const;

export function sumUp(effects: readonly DoorEffect[]): {
  delayMs: number;
  effect: Exclude<DoorEffect, { do: "delay" }> | undefined;
} {
  let delayMs = 0;
  let effect: Exclude<DoorEffect, { do: "delay" }> | undefined;
  for (const one of effects) {
    if (one.do === "delay") delayMs += one.wallMs;
    else if (!effect || order.indexOf(one.do) < order.indexOf(effect.do)) effect = one;
  }
  return { delayMs, effect };
}

interface Chooser {
  injection: Injection;
  chosen(): boolean;
}

function chooser(injection: Injection): Chooser {
  const { fault, seed } = injection;
  const share = "share" in fault ? fault.share : 1;
  if (share >= 1) return { injection, chosen: () => true };
  const inTenThousand = Math.max(1, Math.round(share * 10_000));
  const deck = new Deck(
    [
      { value: true, weight: inTenThousand },
      { value: false, weight: 10_000 - inTenThousand },
    ],
    seed,
  );
  return { injection, chosen: () => deck.draw() === true };
}
