import { outcomes, type RecordedRequest, type Recording } from "./recording";

/** A recording of requests that a test makes up, at a constant rate from `startedAt` on. For tests only. */
export function recordingOf(
  count: number,
  request: (index: number, scheduledAt: number) => Partial<RecordedRequest>,
  { ratePerSecond = 200, ...more }: Partial<Recording> & { ratePerSecond?: number } = {},
): Recording {
  const { startedAt = 1_000_000 } = more;
  const versions = [""];
  const recording: Recording = {
    name: "prod",
    origin: "http://127.0.0.1:1",
    rates: [{ from: startedAt, ratePerSecond }],
    startedAt,
    endedAt: startedAt + (count * 1000) / ratePerSecond,
    endedBy: "stop",
    count,
    scheduledAt: new Float64Array(count),
    latencyMs: new Float32Array(count),
    lateMs: new Float32Array(count),
    status: new Uint16Array(count),
    outcome: new Uint8Array(count),
    version: new Uint16Array(count),
    template: new Uint16Array(count),
    versions,
    templates: ["GET /"],
    versionNamedBy: { service: count, "load balancer": 0 },
    lateSends: 0,
    maxLateMs: 0,
    problems: {},
    marks: [],
    ...more,
  };
  for (let i = 0; i < count; i++) {
    const scheduledAt = startedAt + (i * 1000) / ratePerSecond;
    const { version = "", latencyMs = 2, lateMs = 0, status = 200, outcome = "ok" } = request(i, scheduledAt);
    if (!versions.includes(version)) versions.push(version);
    recording.scheduledAt[i] = scheduledAt;
    recording.latencyMs[i] = latencyMs;
    recording.lateMs[i] = lateMs;
    recording.status[i] = status;
    recording.outcome[i] = outcomes.indexOf(outcome);
    recording.version[i] = versions.indexOf(version);
    if (lateMs > 50) recording.lateSends++;
    recording.maxLateMs = Math.max(recording.maxLateMs, lateMs);
  }
  return recording;
}
