/** Loads a file of a service's folder, and gives what it exports by default. What it throws is told with file and line. */
export function defaultExport(absolute: string): unknown {
  try {
    // Under tsx, as everything of ours.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return (require(absolute) as { default?: unknown }).default;
  } catch (error) {
    // Only an Error knows where it was thrown.
    throw error instanceof Error ? error : new Error(`${absolute}: it throws ${String(error)}`);
  }
}
