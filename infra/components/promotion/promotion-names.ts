import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import { physicalName } from "../../lib/naming";

/**
 * What staging and prod must call alike, as neither stack reads the other: the function that promotes, the role that
 * it takes on in prod's account, and where it puts the bundle.
 */
export function promotionNames(service: string) {
  return {
    /** Of the function and of its role, in staging's account. */
    promoter: physicalName("function", "greenroom-staging", service, "promote"),
    /** In prod's account. */
    receiveRole: physicalName("role", "greenroom-prod-receive", service),
    releaseKey: `releases/${service}.zip`,
  };
}

/** The bucket that prod's releases come into; `accountId` is prod's. */
export function releaseBucketName(account: Account, accountId: pulumi.Input<string> = account.id) {
  return pulumi.interpolate`greenroom-prod-releases-${accountId}-${account.region}`;
}
