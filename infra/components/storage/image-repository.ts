import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Context } from "../context";
import { toSeconds } from "../../lib/duration";

export interface ImageRepositoryArgs {
  context: Context;
  /** @example "trivia-api" */
  service: string;
}

/** The name of a service's repository: staging's promotion names prod's with it. */
export function imageRepositoryName(environment: string, service: string): string {
  return `greenroom-${environment}/${service}`;
}

/** Where one environment keeps the images of a service. A tag never moves to another image. */
export class ImageRepository extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  /** `<account>.dkr.ecr.<region>.amazonaws.com/greenroom-<environment>/<service>` */
  readonly url: pulumi.Output<string>;
  readonly nodes: { repository: aws.ecr.Repository };

  constructor(name: string, args: ImageRepositoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenroom:infra:ImageRepository", name, {}, opts);
    const repository = new aws.ecr.Repository(
      `${name}-repository`,
      {
        name: imageRepositoryName(args.context.environment, args.service),
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "AES256" }],
      },
      { parent: this },
    );
    // Released images keep their tag, so that an old one can be deployed again: only what no release names goes.
    // https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
    new aws.ecr.LifecyclePolicy(
      `${name}-lifecycle`,
      {
        repository: repository.name,
        policy: JSON.stringify({
          rules: [
            {
              rulePriority: 1,
              description: "Untagged images",
              selection: {
                tagStatus: "untagged",
                countType: "sinceImagePushed",
                countUnit: "days",
                countNumber: toSeconds("14 days") / toSeconds("1 day"),
              },
              action: { type: "expire" },
            },
          ],
        }),
      },
      { parent: this },
    );
    this.nodes = { repository };
    this.arn = repository.arn;
    this.url = repository.repositoryUrl;
    this.registerOutputs({ url: this.url });
  }
}
