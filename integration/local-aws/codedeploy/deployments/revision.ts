import { InvalidRevisionException, type RevisionLocation } from "@aws-sdk/client-codedeploy";

/** The text of a revision's AppSpec. Only content that is passed inline is supported here. */
export function appSpecContent(revision: RevisionLocation | undefined): string {
  const content = revision?.appSpecContent?.content ?? revision?.string?.content;
  if (content) return content;
  const message = `The AppSpec file is not valid: a revision of type ${revision?.revisionType ?? "(none)"} carries no content; use AppSpecContent`;
  throw new InvalidRevisionException({ message, $metadata: {} });
}
