/** The error codes of a dead letter that we know to tell: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html */
export type FailureCode =
  | "NO_PERMISSIONS"
  | "NO_RESOURCE"
  | "INVALID_JSON"
  | "INVALID_PARAMETER"
  | "FAILED_TO_ASSUME_ROLE"
  | "THIRD_ACCOUNT_HOP_DETECTED"
  | "THROTTLING"
  | "SDK_CLIENT_ERROR"
  | "ERROR_FROM_TARGET";

/** Why a target did not take an event. */
export class DeliveryFailure extends Error {
  override name = "DeliveryFailure";

  constructor(
    readonly code: FailureCode,
    message: string,
    /** Trying again may help. */
    readonly retriable = false,
  ) {
    super(message);
  }
}

/** What an SDK client threw, as EventBridge tells of it. Missing permissions and resources are not tried again. */
export function failureOf(error: unknown): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  const {
    name = "",
    message = String(error),
    $metadata,
  } = error as Error & {
    $metadata?: { httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode ?? 0;
  const about = `${name}: ${message}`;
  if (/Throttl|TooManyRequests|LimitExceeded/.test(name) || status === 429)
    return new DeliveryFailure("THROTTLING", about, true);
  if (/AccessDenied|NotAuthorized|AuthorizationError|Forbidden/.test(name) || status === 403)
    return new DeliveryFailure("NO_PERMISSIONS", about);
  if (/NotFound|NonExistent|DoesNotExist/.test(name) || status === 404)
    return new DeliveryFailure("NO_RESOURCE", about);
  if (status >= 400 && status < 500) return new DeliveryFailure("INVALID_PARAMETER", about);
  if (status >= 500) return new DeliveryFailure("ERROR_FROM_TARGET", about, true);
  return new DeliveryFailure("SDK_CLIENT_ERROR", about, true);
}
