import type { Policies, ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { guardedTypes, guardsOf } from "../lib/protection";
import { called, stackOf } from "./named";

/** What the program guards, and the old class of buckets. */
const guarded: Record<string, object> = {
  ...Object.fromEntries(guardedTypes.map((type) => [type, guardsOf(type)])),
  "aws:s3/bucketV2:BucketV2": guardsOf("aws:s3/bucket:Bucket"),
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
  const given = args.props as Record<string, unknown>;
  return [
    ...(args.opts.protect ? [] : ["the option protect"]),
    ...Object.entries(guarded[args.type] ?? {})
      .filter(([argument, safe]) => (given[argument] ?? false) !== safe)
      .map(([argument, safe]) => `${argument} ${String(safe)}`),
  ];
}

export const deletion: Policies = [deletionProtection];
