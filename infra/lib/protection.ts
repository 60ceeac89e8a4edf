import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** What serves traffic or keeps data, with the arguments that say whether AWS itself lets it go with what is in it. */
const guarded: Record<string, (protect: boolean) => object> = {
  "aws:lb/loadBalancer:LoadBalancer": (protect) =>
    ({ enableDeletionProtection: protect }) satisfies aws.lb.LoadBalancerArgs,
  "aws:lb/listener:Listener": () => ({}),
  "aws:lb/targetGroup:TargetGroup": () => ({}),
  "aws:ecs/cluster:Cluster": () => ({}),
  "aws:ecs/service:Service": () => ({}),
  "aws:codedeploy/application:Application": () => ({}),
  "aws:codedeploy/deploymentGroup:DeploymentGroup": () => ({}),
  "aws:ecr/repository:Repository": (protect) => ({ forceDelete: !protect }) satisfies aws.ecr.RepositoryArgs,
  "aws:dynamodb/table:Table": (protect) =>
    ({ deletionProtectionEnabled: protect }) satisfies Partial<aws.dynamodb.TableArgs>,
  "aws:s3/bucket:Bucket": (protect) => ({ forceDestroy: !protect }) satisfies aws.s3.BucketArgs,
};

/** The types of resource that {@link protection} guards. */
export const guardedTypes = Object.keys(guarded);

/** The arguments by which AWS itself refuses to delete a resource of a type, or what is in it; none if it cannot. */
export function guardsOf(type: string): object {
  return guarded[type]?.(true) ?? {};
}

/**
 * Guards what serves traffic or keeps data among a component's descendants: an update that would delete or replace
 * it is refused in the preview, and AWS refuses to delete what is not empty. Without protection it may go, with
 * everything in it.
 * @see https://www.pulumi.com/docs/iac/concepts/resources/options/protect/
 */
export function protection(protect: boolean): pulumi.ResourceTransformation {
  return ({ type, props, opts }) => {
    const args = guarded[type]?.(protect);
    return args && { props: withDefaults(props, args), opts: withDefaults(opts, { protect }) };
  };
}

/** What the program says of one resource stands. Every key stays: those without a value are outputs. */
function withDefaults<T extends object>(given: T, defaults: object): T {
  const missing = Object.entries(defaults).filter(
    ([key]) => (given as Record<string, unknown>)[key] === undefined,
  );
  return { ...given, ...Object.fromEntries(missing) };
}
