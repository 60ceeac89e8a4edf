import { performance } from "node:perf_hooks";
import type { BuildPhase, BuildPhaseType, PhaseContext, StatusType } from "@aws-sdk/client-codebuild";
import type { Aws } from "../core/aws";
import { PhaseFailure } from "./failure";
import type { BuildRecord } from "./model";
import { tellBuild, tellPhase } from "./state-events";

/** Why a build is ended from outside; the reason that its signal is aborted with. */
export type Ending = "STOPPED" | "TIMED_OUT";

const quiet: PhaseContext = { statusCode: "", message: "" };

/**
 * A build's phases as they come. Times are AWS time; `durationInSeconds` is what the work took, which is what it
 * would have taken on AWS, however fast the clock runs.
 */
export class Phases {
  /** What became of the phases that did not succeed. */
  readonly failures: StatusType[] = [];

  constructor(
    private readonly aws: Aws,
    private readonly build: BuildRecord["build"],
    private readonly signal: AbortSignal,
    private readonly note: (line: string) => void,
  ) {}

  /** Runs a phase. Gives whether it succeeded; never rejects. */
  async run(phaseType: BuildPhaseType, work: () => Promise<void>): Promise<boolean> {
    const phase: BuildPhase = { phaseType, phaseStatus: "IN_PROGRESS", startTime: this.aws.clock.now() };
    this.build.phases?.push(phase);
    this.build.currentPhase = phaseType;
    const begun = performance.now();
    let outcome: { status: StatusType; context: PhaseContext };
    try {
      await work();
      outcome = { status: "SUCCEEDED", context: quiet };
    } catch (error) {
      outcome = this.failure(phaseType, error);
    }
    // Ended from outside, whatever the work made of that. What cleans up afterwards is not concerned.
    if (this.signal.aborted && phaseType !== "FINALIZING") outcome = this.ended();
    phase.phaseStatus = outcome.status;
    phase.endTime = this.aws.clock.now();
    phase.durationInSeconds = Math.round((performance.now() - begun) / 1000);
    phase.contexts = [outcome.context];
    tellPhase(this.aws, this.build, phase);
    if (outcome.status !== "SUCCEEDED") this.failures.push(outcome.status);
    // The log is closed by then.
    if (phaseType === "FINALIZING") return true;
    this.note(`Phase complete: ${phaseType} State: ${outcome.status}`);
    const message = outcome.context.message?.split("\n")[0] ?? "";
    this.note(`Phase context status code: ${outcome.context.statusCode} Message: ${message}`);
    return outcome.status === "SUCCEEDED";
  }

  /** The last phase, which only begins. */
  complete(): void {
    const now = this.aws.clock.now();
    this.build.phases?.push({ phaseType: "COMPLETED", startTime: now });
    this.build.currentPhase = "COMPLETED";
    this.build.buildComplete = true;
    this.build.endTime = now;
    const [first] = this.failures;
    const ending = this.failures.find((status) => status === "STOPPED" || status === "TIMED_OUT");
    this.build.buildStatus = ending ?? first ?? "SUCCEEDED";
    tellBuild(this.aws, this.build);
  }

  private ended(): { status: StatusType; context: PhaseContext } {
    return (this.signal.reason as Ending) === "TIMED_OUT"
      ? {
          status: "TIMED_OUT",
          context: { statusCode: "BUILD_TIMED_OUT", message: "Build has timed out." },
        }
      : { status: "STOPPED", context: quiet };
  }

  private failure(phaseType: string, error: unknown): { status: StatusType; context: PhaseContext } {
    if (error instanceof PhaseFailure)
      return { status: "FAILED", context: { statusCode: error.statusCode, message: error.message } };
    const message = error instanceof Error ? error.message : String(error);
    if (!this.signal.aborted)
      this.aws.warn(
        `CodeBuild ${this.build.id} ${phaseType}: ${error instanceof Error ? error.stack : message}`,
      );
    return { status: "FAULT", context: { statusCode: "INTERNAL_SERVICE_ERROR", message } };
  }
}
