import type { Policies, ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { called, stackOf } from "./named";

/** What serves traffic or keeps data, with the argument that makes AWS itself refuse to delete it. */
const guarded: Record<string, { argument: string; safe: boolean } | undefined> = {
  "aws:lb/loadBalancer:LoadBalancer": { argument: "enableDeletionProtection", safe: true },
  "aws:lb/listener:Listener": undefined,
  "aws:lb/targetGroup:TargetGroup": undefined,
  "aws:ecs/cluster:Cluster": undefined,
  "aws:ecs/service:Service": undefined,
  "aws:codedeploy/application:Application": undefined,
  "aws:codedeploy/deploymentGroup:DeploymentGroup": undefined,
  "aws:ecr/repository:Repository": { argument: "forceDelete", safe: false },
  "aws:s3/bucket:Bucket": { argument: "forceDestroy", safe: false },
  "aws:s3/bucketV2:BucketV2": { argument: "forceDestroy", safe: false },
};

interface Config {
  mayGo?: string[];
}

const deletionProtection: ResourceValidationPolicy = {
  name: "deletion-protection",
  description:
    "An update must not take away what serves customers or keeps data: Pulumi refuses to delete or replace it, and AWS " +
    "refuses where it can. A stack that may go is named in mayGo. " +
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#deletion-protection",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      mayGo: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "Names of stacks that are made to be destroyed, with greenroom:protect false",
      },
    },
  },
  validateResource: (args, violation) => {
    if (!(args.type in guarded)) return;
    const stack = stackOf(args);
    if (args.getConfig<Config>().mayGo?.includes(stack))
      args.notApplicable(`The pack's configuration says that stack ${stack} may go`);
    const missing = missingFrom(args);
    if (missing.length > 0)
      violation(
        `${called(args)} can be deleted with what it holds: set ${missing.join(" and ")}, as greenroom:protect does. ` +
          `If stack ${stack} is made to be destroyed, say so in this rule's mayGo.`,
      );
  },
};

function missingFrom(args: ResourceValidationArgs): string[] {
  const own = guarded[args.type];
  return [
    ...(args.opts.protect ? [] : ["the option protect"]),
    ...(own && ((args.props[own.argument] as boolean | undefined) ?? false) !== own.safe
      ? [`${own.argument} ${String(own.safe)}`]
      : []),
  ];
}

export const deletion: Policies = [deletionProtection];
