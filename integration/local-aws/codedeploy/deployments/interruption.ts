import type { ErrorCode } from "@aws-sdk/client-codedeploy";
import type { Deployer } from "./deployer";

/** Why a deployment does not go on, in the API's own codes, and which automatic rollback event that is. */
export class DeploymentError extends Error {
  override name = "DeploymentError";

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly rollbackEvent:
      "DEPLOYMENT_FAILURE" | "DEPLOYMENT_STOP_ON_ALARM" | "DEPLOYMENT_STOP_ON_REQUEST" = "DEPLOYMENT_FAILURE",
    /** Whether it is to be rolled back. @default as the deployment is configured for the event */
    readonly rollBack?: boolean,
  ) {
    super(message);
  }

  /** A deployment that was stopped, by an alarm or on request, has not failed by itself. */
  get status(): "Failed" | "Stopped" {
    return this.rollbackEvent === "DEPLOYMENT_FAILURE" ? "Failed" : "Stopped";
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What another service refused, in the API's own codes. Anything else is a mistake of ours. */
export function deploymentErrorOf(error: unknown, { refusal }: Deployer): DeploymentError {
  if (error instanceof DeploymentError) return error;
  const code = refusal(error);
  if (code && error instanceof Error) return new DeploymentError(code, `${error.name}: ${error.message}`);
  const internal = new DeploymentError("INTERNAL_ERROR", messageOf(error));
  if (error instanceof Error) internal.stack = error.stack;
  return internal;
}

/** Stops a deployment from outside: at its next wait, or between two of its steps. */
export class Interruption {
  private readonly controller = new AbortController();
  private error: DeploymentError | undefined;

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  raise(error: DeploymentError): void {
    this.error ??= error;
    this.controller.abort();
  }

  throwIfRaised(): void {
    if (this.error) throw this.error;
  }
}
