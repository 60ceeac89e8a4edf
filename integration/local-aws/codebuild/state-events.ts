import type { BuildPhase } from "@aws-sdk/client-codebuild";
import type { Aws } from "../core/aws";
import type { EmittedEvents } from "../core/events";
import type { BuildRecord } from "./model";

export const emits = {
  source: "aws.codebuild",
  detailTypes: ["CodeBuild Build State Change", "CodeBuild Build Phase Change"],
} as const satisfies EmittedEvents;

type Build = BuildRecord["build"];

/** `Sep 1, 2017 4:12:29 PM`, as builds write their times in events. */
function stamp(time: Date | undefined): string | undefined {
  if (!time) return undefined;
  const month = time.toLocaleString("en-US", { month: "short", timeZone: "UTC" });
  const hour = time.getUTCHours();
  const two = (number: number) => String(number).padStart(2, "0");
  const clock = `${hour % 12 || 12}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}`;
  return `${month} ${time.getUTCDate()}, ${time.getUTCFullYear()} ${clock} ${hour < 12 ? "AM" : "PM"}`;
}

const contextOf = ({ contexts = [] }: BuildPhase): string[] =>
  contexts
    .filter(({ statusCode }) => statusCode)
    .map(({ statusCode, message }) => `${statusCode}: ${message}`);

/**
 * Tells EventBridge that a build has begun or ended.
 * https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html#sample-build-notifications-ref
 */
export function tellBuild(aws: Aws, build: Build): void {
  put(aws, build, "CodeBuild Build State Change", {
    "build-status": build.buildStatus,
    "current-phase": build.currentPhase,
    "current-phase-context": "[]",
  });
}

/** Tells EventBridge that a phase of a build is over. */
export function tellPhase(aws: Aws, build: Build, phase: BuildPhase): void {
  put(aws, build, "CodeBuild Build Phase Change", {
    "completed-phase": phase.phaseType,
    "completed-phase-status": phase.phaseStatus,
    "completed-phase-context": `[${contextOf(phase).join(", ")}]`,
    "completed-phase-duration-seconds": phase.durationInSeconds,
    "completed-phase-start": stamp(phase.startTime),
    "completed-phase-end": stamp(phase.endTime),
  });
}

function put(aws: Aws, build: Build, detailType: (typeof emits.detailTypes)[number], detail: object): void {
  const [, , , region = "", account = ""] = build.arn.split(":");
  const { environment, artifacts, source, logs } = build;
  aws.events.put({
    source: emits.source,
    detailType,
    account,
    region,
    resources: [build.arn],
    detail: {
      "project-name": build.projectName,
      "build-id": build.arn,
      ...detail,
      "additional-information": {
        "build-number": build.buildNumber,
        "build-complete": build.buildComplete,
        "build-start-time": stamp(build.startTime),
        initiator: build.initiator,
        "timeout-in-minutes": build.timeoutInMinutes,
        "queued-timeout-in-minutes": build.queuedTimeoutInMinutes,
        "source-version": build.sourceVersion,
        source: { location: source?.location, type: source?.type },
        artifact: artifacts?.location
          ? { location: artifacts.location, md5sum: artifacts.md5sum, sha256sum: artifacts.sha256sum }
          : undefined,
        environment: {
          image: environment?.image,
          "privileged-mode": environment?.privilegedMode,
          "compute-type": environment?.computeType,
          type: environment?.type,
          "environment-variables": environment?.environmentVariables ?? [],
        },
        logs: logs?.groupName
          ? { "group-name": logs.groupName, "stream-name": logs.streamName, "deep-link": logs.deepLink }
          : undefined,
        phases: build.phases?.map((phase) => ({
          "phase-type": phase.phaseType,
          "phase-status": phase.endTime && phase.phaseStatus,
          "phase-context": contextOf(phase),
          "start-time": stamp(phase.startTime),
          "end-time": stamp(phase.endTime),
          "duration-in-seconds": phase.durationInSeconds,
        })),
      },
      version: "1",
    },
  });
}
