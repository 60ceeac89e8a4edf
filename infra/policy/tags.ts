import type { Policies, ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { called } from "./named";

const required = ["project", "environment"];

/** Classes of resource of this program that AWS has no tags for, or that are parts of a resource that has. */
const untaggable = new Set([
  "aws:cloudwatch/eventTarget:EventTarget",
  "aws:codedeploy/deploymentConfig:DeploymentConfig",
  "aws:ec2/route:Route",
  "aws:ec2/routeTableAssociation:RouteTableAssociation",
  "aws:ecr/lifecyclePolicy:LifecyclePolicy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:s3/bucketNotification:BucketNotification",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketVersioning:BucketVersioning",
]);

const tagged: ResourceValidationPolicy = {
  name: "project-and-environment-tags",
  description:
    "Cost and clean-up go by tags: whatever can carry them says which project and environment it belongs to. " +
    "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html",
  enforcementLevel: "mandatory",
  validateResource: (args, violation) => {
    // A class that is not known here counts as taggable, so that a new one is not forgotten.
    if (!args.type.startsWith("aws:") || untaggable.has(args.type)) return;
    const tags = { ...defaultTags(args), ...(args.props["tags"] as Tags) };
    const missing = required.filter((name) => !tags[name]);
    if (missing.length > 0)
      violation(
        `${called(args)} lacks the tag${missing.length > 1 ? "s" : ""} ${missing.join(" and ")}. Make it with the ` +
          `stack's provider, whose defaultTags everything carries (infra/provider.ts), or set tags.`,
      );
  },
};

type Tags = Record<string, string | undefined> | undefined;

/**
 * The tags that the resource's provider gives to everything. Pulumi hands the settings of a provider that are not texts
 * over as JSON. https://www.pulumi.com/registry/packages/aws/api-docs/provider/#defaulttags
 */
function defaultTags({ provider }: ResourceValidationArgs): Tags {
  const written: unknown = provider?.props["defaultTags"];
  const settings = (typeof written === "string" ? JSON.parse(written) : written) as
    { tags?: Tags } | undefined;
  return settings?.tags;
}

export const tags: Policies = [tagged];
