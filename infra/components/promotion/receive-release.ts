import * as pulumi from "@pulumi/pulumi";
import type { Context } from "../context";
import type { ArtifactBucket } from "../storage/artifact-bucket";
import { Role, trustRole } from "../iam/role";
import type { Promoted } from "../release-target";
import { promotionNames } from "./promotion-names";

export interface ReceiveReleaseArgs {
  context: Context;
  /** @example "trivia-api" */
  service: string;
  /** What is copied from staging beside the release itself. */
  promoted: Promoted;
  /** Prod's release bucket. */
  releases: ArtifactBucket;
  /**
   * 12 digits.
   * @default this account
   * @example "111111111111"
   */
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
        trust: trustRole(args.context.account.roleArn(names.promoter, args.promotedFromAccount)),
        statements: [
          ...args.promoted.write,
          { actions: ["s3:PutObject"], resources: [args.releases.objects(names.releaseKey)] },
        ],
      },
      { parent: this },
    );
    this.nodes = { role };
    this.registerOutputs({ releaseKey: this.releaseKey });
  }
}
