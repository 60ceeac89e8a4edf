import type { EmittedEvents } from "../core/events";

const isAws = (source: unknown): source is string => typeof source === "string" && source.startsWith("aws.");

/**
 * What a rule waits for that never comes: AWS services put more events than those that act here. Only patterns that
 * name sources and types in full are judged; AWS's own sources are refused to everybody else.
 *
 * @returns undefined when something it waits for may come
 */
export function neverEmitted(
  pattern: string | undefined,
  emitted: readonly EmittedEvents[],
): string | undefined {
  const { source: sources, "detail-type": types } = parsed(pattern);
  if (!Array.isArray(sources) || sources.length === 0 || !sources.every(isAws)) return undefined;
  const known = emitted
    .filter(({ source }) => sources.includes(source))
    .flatMap(({ detailTypes }) => detailTypes);
  if (!Array.isArray(types) || !types.every((type) => typeof type === "string")) {
    return known.length > 0 ? undefined : `events of ${sources.join(" or ")}`;
  }
  if (types.some((type) => known.includes(type as string))) return undefined;
  return `${types.map((type) => `"${String(type)}"`).join(" or ")} of ${sources.join(" or ")}`;
}

function parsed(pattern: string | undefined): { source?: unknown; "detail-type"?: unknown } {
  try {
    return JSON.parse(pattern ?? "{}") as object;
  } catch {
    // Whoever matches by it refuses it.
    return {};
  }
}
