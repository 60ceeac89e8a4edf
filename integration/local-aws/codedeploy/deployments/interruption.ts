import type { ErrorCode } from "@aws-sdk/client-codedeploy";
import { ECSServiceException } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2ServiceException } from "@aws-sdk/client-elastic-load-balancing-v2";

/** Why a deployment does not go on, in the API's own codes, and which automatic rollback event that is. */
export class DeploymentError extends Error {
  override name = "DeploymentError";

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly rollbackEvent:
      "DEPLOYMENT_FAILURE" | "DEPLOYMENT_STOP_ON_ALARM" | "DEPLOYMENT_STOP_ON_REQUEST" = "DEPLOYMENT_FAILURE",
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
export function deploymentErrorOf(error: unknown): DeploymentError {
  if (error instanceof DeploymentError) return error;
  const refused = (code: ErrorCode) =>
    new DeploymentError(code, `${(error as Error).name}: ${(error as Error).message}`);
  if (error instanceof ECSServiceException) return refused("ECS_UPDATE_ERROR");
  if (error instanceof ElasticLoadBalancingV2ServiceException)
    return refused("ELASTIC_LOAD_BALANCING_INVALID");
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
