import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Where the stack's resources live, from the credentials and the provider of `parent`. */
export class Account {
  readonly id: pulumi.Output<string>;
  readonly region: pulumi.Output<string>;
  /** `aws`, `aws-cn`, … */
  readonly partition: pulumi.Output<string>;

  constructor(parent: pulumi.Resource) {
    const caller = aws.getCallerIdentityOutput({}, { parent });
    this.id = caller.accountId;
    this.partition = caller.arn.apply((arn) => arn.split(":")[1] ?? "aws");
    this.region = aws.getRegionOutput({}, { parent }).region;
  }

  /** The ARN of something in this account, e.g. `arn("codedeploy", "application:x")`; `account` for one in another. */
  arn(service: string, resource: pulumi.Input<string>, account: pulumi.Input<string> = this.id) {
    return pulumi.interpolate`arn:${this.partition}:${service}:${this.region}:${account}:${resource}`;
  }

  /** IAM is global: its ARNs name no region. */
  roleArn(roleName: string, account: pulumi.Input<string> = this.id) {
    return pulumi.interpolate`arn:${this.partition}:iam::${account}:role/${roleName}`;
  }
}
