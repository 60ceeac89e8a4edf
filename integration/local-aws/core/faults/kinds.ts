import { down } from "./down";
import { exit } from "./exit";
import type { ContainerEffect, DoorEffect, Fault, FaultKind, Visit } from "./fault";
import { ignoresSigterm } from "./ignores-sigterm";
import { latency } from "./latency";
import { neverHealthy } from "./never-healthy";
import { outOfMemory } from "./out-of-memory";
import { reset } from "./reset";
import { slowStart } from "./slow-start";
import { status4xx } from "./status-4xx";
import { status5xx } from "./status-5xx";
import { wrongBodies } from "./wrong-bodies";

const byKind: { [K in Fault["kind"]]: FaultKind<Extract<Fault, { kind: K }>> } = {
  "5xx": status5xx,
  "4xx": status4xx,
  "wrong bodies": wrongBodies,
  latency,
  reset,
  "slow start": slowStart,
  "never healthy": neverHealthy,
  down,
  exit,
  "out of memory": outOfMemory,
  "ignores SIGTERM": ignoresSigterm,
};

/** A kind that takes any fault: each fault is only ever given to its own. */
const kindOf = (fault: Fault) => byKind[fault.kind] as FaultKind<Fault>;

/** Every kind, with how it is written and a line of help. */
export const faultKinds: readonly { kind: Fault["kind"]; example: string; help: string }[] =
  Object.values(byKind);

/** Reads a fault as people write it, e.g. `5xx 5%`. @throws Error that says what is allowed */
export function parseFault(text: string): Fault {
  const words = text.trim().replace(/\s+/g, " ");
  for (const kind of Object.values(byKind)) {
    try {
      const fault = kind.read(words);
      if (fault) return fault;
    } catch (error) {
      throw new Error(`the fault "${text}" (as in "${kind.example}"): ${(error as Error).message}`);
    }
  }
  const allowed = faultKinds.map(({ example, help }) => `  ${example.padEnd(24)}${help}`).join("\n");
  throw new Error(`there is no fault "${text}"; write one of these:\n${allowed}`);
}

export const doorEffect = (fault: Fault, visit: Visit): DoorEffect | undefined =>
  kindOf(fault).door?.(fault, visit);

export const containerEffect = (fault: Fault): ContainerEffect | undefined =>
  kindOf(fault).container?.(fault);
