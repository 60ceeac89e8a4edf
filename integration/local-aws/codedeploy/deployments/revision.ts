import { createHash } from "node:crypto";
import { InvalidRevisionException, type RevisionLocation } from "@aws-sdk/client-codedeploy";

/**
 * The text of a revision's AppSpec, which is passed inline.
 * https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_RevisionLocation.html
 *
 * @throws InvalidRevisionException
 */
export function appSpecContent(revision: RevisionLocation | undefined): string {
  const refuse = (why: string) =>
    new InvalidRevisionException({ message: `The AppSpec file is not valid: ${why}`, $metadata: {} });
  const type = revision?.revisionType;
  const { content, sha256 } = (type === "String" ? revision?.string : revision?.appSpecContent) ?? {};
  if (!type || !content)
    throw refuse(`a revision of type ${type ?? "(none)"} carries no content of that type`);
  const actual = createHash("sha256").update(content).digest("hex");
  if (sha256 && sha256.toLowerCase() !== actual)
    throw refuse(`the SHA-256 of its content is ${actual}, not ${sha256}`);
  return content;
}
