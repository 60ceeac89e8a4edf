import type { NotPlayed } from "../model";

/** A length of time for people: `45 s`, `12 min 30 s`, `1 h 5 min`. */
export function duration(ms: number): string {
  const total = Math.round(ms / 1000);
  if (ms < 10_000) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  if (total < 60) return `${total} s`;
  const minutes = Math.floor(total / 60);
  if (minutes < 60) return total % 60 === 0 ? `${minutes} min` : `${minutes} min ${total % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A moment as time since a beginning: `0:00`, `12:30`, `1:05:00`. */
export function elapsed(ms: number): string {
  const total = Math.round(ms / 1000);
  const two = (count: number) => String(count).padStart(2, "0");
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** `12,345`, whatever the machine's language. */
export const figure = (count: number): string => count.toLocaleString("en-US");

export const percent = (part: number, whole: number): string =>
  whole > 0 ? `${((part / whole) * 100).toFixed(part > 0 && part / whole < 0.01 ? 2 : 1)} %` : "–";

export const milliseconds = (ms: number | null | undefined): string =>
  ms === null || ms === undefined ? "–" : ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;

/** What was not played, for people. */
export const notPlayedLine = ({ service, scenarios, reason }: NotPlayed): string =>
  `${service}: ${[scenarios.join(", "), reason].filter(Boolean).join(": ")}`;
