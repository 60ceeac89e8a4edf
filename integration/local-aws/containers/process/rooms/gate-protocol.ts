import type { ProbeRequest, ProbeResult } from "../../../core/probe";

/** What control and the gate say to each other. The server of `open` comes with its message. */
export type ToGate = { type: "probe"; id: number; request: ProbeRequest };
export type FromGate = { type: "open"; port: number } | { type: "probed"; id: number; result: ProbeResult };

/** Of the local AWS, in the rooms' network; that of a room ends in another number. */
export const gateAddress = "10.77.0.1";
