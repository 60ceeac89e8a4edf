export type Level = "info" | "error";

/** Writes one event as one line of JSON. */
export type Log = (level: Level, event: string, fields?: Record<string, unknown>) => void;

/** A log on standard output, where ECS collects it; every line carries `common`. */
export function createLog(common: Record<string, unknown>): Log {
  return (level, event, fields = {}) => {
    const line = { time: new Date().toISOString(), level, event, ...common, ...fields };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
}
