import * as aws from "@pulumi/aws";
import type { PolicyResource } from "@pulumi/policy";
import type { Resource } from "@pulumi/pulumi";
import { type ResourceClass, type Typed, allOf } from "./named";
import { refersTo } from "./unknown";

/** The buckets of a stack, those of the old class among them. */
export function bucketsOf(resources: PolicyResource[]): Typed<aws.s3.Bucket>[] {
  return [
    ...allOf(resources, aws.s3.Bucket),
    ...allOf<aws.s3.Bucket>(resources, aws.s3.BucketV2 as unknown as ResourceClass<aws.s3.Bucket>),
  ];
}

/** The resources of a class that are settings of one bucket. */
export function settingsOf<T extends Resource & { bucket: unknown }>(
  bucket: Typed<aws.s3.Bucket>,
  resources: PolicyResource[],
  type: ResourceClass<T>,
): Typed<T>[] {
  return allOf(resources, type).filter(({ resource }) =>
    refersTo(
      resource,
      "bucket",
      () => (resource.props as { bucket?: string }).bucket,
      bucket.resource,
      () => bucket.props.bucket,
    ),
  );
}
