import * as aws from "@pulumi/aws";
import {
  type Policies,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  validateResourceOfType,
} from "@pulumi/policy";
import { bucketsOf, settingsOf } from "./buckets";
import { called } from "./named";
import { type Statement, statementsOf } from "./policy-document";
import { judgeEach } from "./unknown";

const buckets: StackValidationPolicy = {
  name: "tls-only-buckets",
  description:
    "Nothing of a bucket goes over a connection that is not encrypted: its policy denies it to everybody. " +
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit",
  enforcementLevel: "mandatory",
  validateStack: ({ resources }, violation) => {
    judgeEach(bucketsOf(resources), (bucket) => {
      const policies = settingsOf(bucket, resources, aws.s3.BucketPolicy);
      // A policy that is there but not known yet is for the deployment to judge: reading it throws.
      const statements = policies.flatMap(({ props }) => statementsOf(props.policy) ?? []);
      if (statements.some((statement) => deniesPlainHttp(statement, bucket.props.bucket))) return;
      violation(
        `${called(bucket.resource)} takes requests without TLS. Add an aws.s3.BucketPolicy that denies s3:* to ` +
          `everybody, on the bucket and its objects, where aws:SecureTransport is false.`,
        bucket.resource.urn,
      );
    });
  },
};

function deniesPlainHttp(statement: Statement, bucket: string): boolean {
  const { effect, principals, actions, resources, conditions } = statement;
  const [condition, ...others] = conditions;
  const covers = (resource: string) =>
    resources.includes("*") || resources.some((arn) => arn.endsWith(`:::${resource}`));
  return (
    effect === "Deny" &&
    principals.includes("*") &&
    actions.some((action) => ["s3:*", "*"].includes(action.toLowerCase())) &&
    covers(bucket) &&
    covers(`${bucket}/*`) &&
    // Any other condition would let some plain requests through.
    others.length === 0 &&
    condition?.operator === "Bool" &&
    condition.key.toLowerCase() === "aws:securetransport" &&
    condition.values.join() === "false"
  );
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html */
const modernPolicy = /^ELBSecurityPolicy-(TLS13-1-[23]|TLS-1-2|FS-1-2)-/;

const listeners: ResourceValidationPolicy = {
  name: "modern-tls-listeners",
  description:
    "Customers' connections use TLS 1.2 or newer; a listener that says nothing gets a policy that allows TLS 1.0. " +
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html",
  enforcementLevel: "mandatory",
  validateResource: validateResourceOfType(aws.lb.Listener, (listener, args, violation) => {
    if (listener.protocol !== "HTTPS" && listener.protocol !== "TLS") return;
    if (modernPolicy.test(listener.sslPolicy ?? "")) return;
    violation(
      `${called(args)} has ${listener.sslPolicy ?? "no sslPolicy"}, which allows less than TLS 1.2. Set sslPolicy to ` +
        `"ELBSecurityPolicy-TLS13-1-2-2021-06" or another of TLS 1.2 and newer.`,
    );
  }),
};

export const tls: Policies = [buckets, listeners];
