/**
 * Why a phase failed: what AWS shows as the phase's context.
 * https://docs.aws.amazon.com/codebuild/latest/APIReference/API_PhaseContext.html
 */
export class PhaseFailure extends Error {
  constructor(
    readonly statusCode: string,
    message: string,
  ) {
    super(message);
  }
}
