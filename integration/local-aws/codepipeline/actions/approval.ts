import { minutes } from "../../core/clock";
import { ActionFailure, type Act } from "./action";

const sevenDays = 7 * 24 * 60;

/**
 * Waits for a person.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html
 */
export const actOnApproval: Act = async (request, { aws, approvals }) => {
  const pending = approvals.open();
  request.report({ token: pending.token });
  const timeout = new AbortController();
  const limit = minutes(request.declaration.timeoutInMinutes ?? sevenDays);
  const tooLate = aws.clock
    .sleep(limit, AbortSignal.any([timeout.signal, request.signal]))
    .then(() => undefined);
  try {
    const decision = await Promise.race([pending.decided, tooLate]);
    if (!decision) throw new ActionFailure("TimedOut", "the approval was not given in time");
    const { status, summary, by } = decision;
    request.report({ lastUpdatedBy: by, summary });
    if (status === "Approved") return { summary };
    throw new ActionFailure("JobFailed", `the approval was rejected by ${by}: ${summary}`, summary);
  } finally {
    timeout.abort();
    approvals.close(pending.token);
  }
};
