import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import { BundledFunction } from "../functions/bundled-function";
import type { ImageRepository } from "../storage/image-repository";
import { promotionNames, releaseBucketName } from "./promotion-names";

export interface PromotionArgs {
  account: Account;
  service: string;
  /** Staging's repository, that the image is copied from. */
  repository: ImageRepository;
  /** 12 digits. @default this account */
  promoteToAccount?: string;
  logRetentionDays: number;
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
    const target = args.promoteToAccount ?? args.account.id;
    const receiveRole = args.account.roleArn(names.receiveRole, target);
    this.releaseBucketName = releaseBucketName(args.account, target);

    const made = new BundledFunction(
      `${name}-promote`,
      {
        functionName: names.promoter,
        description: `Hands tested releases of ${args.service} to prod`,
        source: "infra/functions/promote-release.ts",
        timeout: "15 minutes", // the most that Lambda gives, for images whose layers are large
        memory: 1024,
        environment: {
          SERVICE: args.service,
          SOURCE_REPOSITORY: args.repository.nodes.repository.name,
          TARGET_REPOSITORY: names.repository,
          TARGET_ACCOUNT: target,
          RECEIVE_ROLE_ARN: receiveRole,
          RELEASE_BUCKET: this.releaseBucketName,
          RELEASE_KEY: names.releaseKey,
        },
        statements: [
          {
            actions: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            resources: [args.repository.arn],
          },
          { actions: ["sts:AssumeRole"], resources: [receiveRole] },
          {
            // Results of jobs have no resource-level permission; a job's id is known to who was given the job only.
            // https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-invoke-lambda-function.html
            actions: ["codepipeline:PutJobFailureResult", "codepipeline:PutJobSuccessResult"],
            resources: ["*"],
          },
        ],
        logRetentionDays: args.logRetentionDays,
      },
      { parent: this },
    );
    this.nodes = { function: made };
    this.functionName = made.functionName;
    this.functionArn = made.arn;
    this.registerOutputs({ functionName: this.functionName });
  }
}
