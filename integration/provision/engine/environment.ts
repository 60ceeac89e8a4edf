/** Settings of the AWS provider that any local AWS needs: no DNS knows a bucket's name, no machine's metadata. */
export const localSettings = { "aws:s3UsePathStyle": true, "aws:skipMetadataApiCheck": true };

/**
 * What the engine and its plugins are told, so that they know the local AWS only, and nothing but it.
 *
 * @param endpoint the gateway of the local AWS
 * @param account the account of the credentials: 12 digits
 * @param state the folder that keeps the stacks' state
 */
export function engineEnvironment(endpoint: string, account: string, state: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: "greenroom",
    AWS_EC2_METADATA_DISABLED: "true",
    // Names such as ACCOUNT.127.0.0.1, which S3 Control's clients make, reach the gateway; so does whatever would
    // leave the machine, and is refused there.
    HTTP_PROXY: endpoint,
    HTTPS_PROXY: endpoint,
    NO_PROXY: "localhost,127.0.0.1",
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // What is not there is not downloaded.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}
