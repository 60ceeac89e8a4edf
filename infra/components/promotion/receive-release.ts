import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import type { ArtifactBucket } from "../storage/artifact-bucket";
import { Role, trustRole } from "../iam/role";
import type { ImageRepository } from "../storage/image-repository";
import { promotionNames } from "./promotion-names";

export interface ReceiveReleaseArgs {
  account: Account;
  service: string;
  /** Prod's repository, that images are copied to. */
  repository: ImageRepository;
  /** Prod's release bucket. */
  releases: ArtifactBucket;
  /** 12 digits. @default this account */
  promotedFromAccount?: string;
}

/** Prod's side of a promotion: the role that staging's function takes on, which can add a release and nothing else. */
export class ReceiveRelease extends pulumi.ComponentResource {
  /** Of the bundle in the release bucket. */
  readonly releaseKey: string;
  readonly releases: ArtifactBucket;
  readonly nodes: { role: Role };

  constructor(name: string, args: ReceiveReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenroom:infra:ReceiveRelease", name, {}, opts);
    const names = promotionNames(args.service);
    this.releaseKey = names.releaseKey;
    this.releases = args.releases;
    const role = new Role(
      `${name}-receive`,
      {
        roleName: names.receiveRole,
        description: `Adds releases of ${args.service}: for the promotion of staging`,
        trust: trustRole(args.account.roleArn(names.promoter, args.promotedFromAccount)),
        statements: [
          {
            // https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
            actions: [
              "ecr:BatchCheckLayerAvailability",
              "ecr:BatchGetImage",
              "ecr:CompleteLayerUpload",
              "ecr:InitiateLayerUpload",
              "ecr:PutImage",
              "ecr:UploadLayerPart",
            ],
            resources: [args.repository.arn],
          },
          { actions: ["s3:PutObject"], resources: [args.releases.objects(names.releaseKey)] },
        ],
      },
      { parent: this },
    );
    this.nodes = { role };
    this.registerOutputs({ releaseKey: this.releaseKey });
  }
}
