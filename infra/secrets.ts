import * as pulumi from "@pulumi/pulumi";

/**
 * Whether the value of a configuration key (`aws:token`) is a secret. `allConfig()` gives secrets as plain texts, and
 * Pulumi's types leave this function out.
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/config.ts
 */
export function isSecret(key: string): boolean {
  return (pulumi.runtime as unknown as { isConfigSecret(key: string): boolean }).isConfigSecret(key);
}
