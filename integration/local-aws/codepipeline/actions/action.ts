import type { ActionDeclaration, EncryptionKey, SourceRevisionOverride } from "@aws-sdk/client-codepipeline";
import type { Aws, Identity } from "../../core/aws";
import { seconds } from "../../core/clock";
import type { Approvals } from "../approvals";
import type { Jobs } from "../jobs";
import type { Progress, Revision, StoredArtifact } from "../model";
import type { SourceHost } from "../sources";

/** Why an action failed: the `errorDetails` of its execution. */
export class ActionFailure extends Error {
  override name = "ActionFailure";
  constructor(
    readonly code: string,
    message: string,
    /** The action's summary, where it differs from the message. */
    readonly summary?: string,
  ) {
    super(message);
  }
}

/** What an action gets: its configuration with variables resolved, its artifacts, and the role it acts as. */
export interface ActionRequest {
  /** The id of this action's execution. */
  runId: string;
  pipeline: { name: string; arn: string; account: string };
  executionId: string;
  stage: string;
  declaration: ActionDeclaration;
  configuration: Readonly<Record<string, string>>;
  /** The action's role, or the pipeline's. */
  identity: Identity;
  region: string;
  inputs: readonly StoredArtifact[];
  /** Where its output artifacts must go, in the order of their declaration. */
  outputs: readonly StoredArtifact[];
  encryptionKey?: EncryptionKey;
  /** For a source action: the revision that this execution is for, instead of the newest. */
  sourceRevisions: readonly SourceRevisionOverride[];
  /** For a source action: the branch that was pushed to. */
  branch?: string;
  report: (progress: Progress) => void;
  /** Aborts when the action is abandoned. */
  signal: AbortSignal;
}

export interface ActionResult {
  outputVariables?: Record<string, string>;
  summary?: string;
  /** Of what a source action put out. */
  revision?: Revision;
}

export interface Services {
  aws: Aws;
  sources: SourceHost;
  approvals: Approvals;
  jobs: Jobs;
}

/** Does one action. Rejects with an `ActionFailure`, or with the error of a call that it made. */
export type Act = (request: ActionRequest, services: Services) => Promise<ActionResult>;

/** The input artifact of that name, which a configuration key refers to. */
export function inputNamed(request: ActionRequest, key: string): StoredArtifact {
  const name = request.configuration[key];
  const artifact = request.inputs.find((input) => input.name === name);
  if (artifact) return artifact;
  const given = request.inputs.map((input) => input.name).join(", ");
  throw new ActionFailure(
    "ConfigurationError",
    `${key} is "${name}", which is not an input artifact of the action (it has ${given || "none"})`,
  );
}

/** Polls every 5 seconds of AWS time, but not more often than every 100 ms here. */
export const pollEvery = ({ clock }: Aws): number => Math.max(seconds(5), 100 * clock.speed);

export const consoleUrl = (service: string, region: string, rest: string): string =>
  `https://console.aws.amazon.com/${service}/home?region=${region}#${rest}`;
