import * as pulumi from "@pulumi/pulumi";
import type { Context } from "../context";
import { BundledFunction } from "../functions/bundled-function";
import type { Promoted } from "../release-target";
import { promotionNames, releaseBucketName } from "./promotion-names";

export interface PromotionArgs {
  context: Context;
  /** @example "trivia-api" */
  service: string;
  /** What is copied to prod beside the release itself. */
  promoted: Promoted;
  /**
   * 12 digits.
   * @default this account
   * @example "222222222222"
   */
  promoteToAccount?: string;
}

/**
 * The end of a staging pipeline: a function that hands a tested release to prod. It copies the image by digest and
 * puts the release bundle into prod's release bucket, both as a role of prod's account that may do only that.
 */
export class Promotion extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;
  readonly functionArn: pulumi.Output<string>;
  /** Prod's bucket. */
  readonly releaseBucketName: pulumi.Output<string>;
  readonly nodes: { function: BundledFunction };

  constructor(name: string, args: PromotionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenroom:infra:Promotion", name, {}, opts);
    const names = promotionNames(args.service);
    const target = args.promoteToAccount ?? args.context.account.id;
    const receiveRole = args.context.account.roleArn(names.receiveRole, target);
    this.releaseBucketName = releaseBucketName(args.context.account, target);

    const made = new BundledFunction(
      `${name}-promote`,
      {
        context: args.context,
        functionName: names.promoter,
        description: `Hands tested releases of ${args.service} to prod`,
        source: "infra/functions/promote-release.ts",
        timeout: "15 minutes", // the most that Lambda gives, for images whose layers are large
        memory: 1024,
        environment: {
          SERVICE: args.service,
          ...args.promoted.environment,
          TARGET_ACCOUNT: target,
          RECEIVE_ROLE_ARN: receiveRole,
          RELEASE_BUCKET: this.releaseBucketName,
          RELEASE_KEY: names.releaseKey,
        },
        statements: [
          ...args.promoted.read,
          { actions: ["sts:AssumeRole"], resources: [receiveRole] },
          {
            // Results of jobs have no resource-level permission; a job's id is known to who was given the job only.
            // https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-invoke-lambda-function.html
            actions: ["codepipeline:PutJobFailureResult", "codepipeline:PutJobSuccessResult"],
            resources: ["*"],
          },
        ],
      },
      { parent: this },
    );
    this.nodes = { function: made };
    this.functionName = made.functionName;
    this.functionArn = made.arn;
    this.registerOutputs({ functionName: this.functionName });
  }
}
