import type { Arn } from "../arn";
import { codebuild } from "./codebuild";
import { codepipeline } from "./codepipeline";
import { lambda } from "./lambda";
import { logs } from "./logs";
import { sns } from "./sns";
import { sqs } from "./sqs";
import type { TargetKind } from "./target-kind";

export type { Delivery, TargetKind } from "./target-kind";

/** What rules and schedules deliver to. */
export const targetKinds: readonly TargetKind[] = [codepipeline, codebuild, lambda, sns, sqs, logs];

export const kindOf = (arn: Arn, kinds: readonly TargetKind[]): TargetKind | undefined =>
  kinds.find((kind) => kind.is(arn));
