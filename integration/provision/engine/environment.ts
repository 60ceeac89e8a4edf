import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** Settings of the AWS provider that any local AWS needs: no DNS knows a bucket's name, no machine's metadata. */
export const localSettings = { "aws:s3UsePathStyle": true, "aws:skipMetadataApiCheck": true };

/** Settings of the AWS provider that say who somebody is on AWS, and where AWS is: nothing for a local one. */
const credentials = new Set(
  [
    "accessKey",
    "assumeRole",
    "assumeRoles",
    "assumeRoleWithWebIdentity",
    "customCaBundle",
    "endpoints",
    "httpProxy",
    "httpsProxy",
    "noProxy",
    "profile",
    "secretKey",
    "sharedConfigFiles",
    "sharedCredentialsFiles",
    "token",
  ].map((setting) => `aws:${setting}`),
);

/** A stack's configuration for the local AWS: without anybody's credentials, and with {@link localSettings}. */
export function localConfig(config: Record<string, unknown>): Record<string, unknown> {
  const own = Object.entries(config).filter(([key]) => !credentials.has(key));
  return { ...Object.fromEntries(own), ...localSettings };
}

/**
 * Makes the folders that the engine writes to, so that it writes to no others. The plugins that the user has installed
 * are there.
 */
export function makeEngineFolders(folder: string): void {
  for (const name of ["state", "home", "tmp"]) mkdirSync(path.join(folder, name), { recursive: true });
  const installed = path.join(process.env.PULUMI_HOME ?? path.join(os.homedir(), ".pulumi"), "plugins");
  const plugins = path.join(folder, "home", "plugins");
  if (existsSync(installed) && !existsSync(plugins)) symlinkSync(installed, plugins, "junction");
}

/**
 * What the engine and its plugins are told, so that they know the local AWS only, and nothing but it.
 *
 * @param endpoint the gateway of the local AWS
 * @param account the account of the credentials: 12 digits
 * @param folder what {@link makeEngineFolders} has made
 */
export function engineEnvironment(endpoint: string, account: string, folder: string): Record<string, string> {
  // An empty variable counts as none.
  const elsewhere = Object.keys(process.env).filter((name) => name.startsWith("AWS_ENDPOINT_URL_"));
  const nobody = ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"];
  return {
    ...Object.fromEntries([...elsewhere, ...nobody].map((name) => [name, ""])),
    AWS_CONFIG_FILE: os.devNull,
    AWS_SHARED_CREDENTIALS_FILE: os.devNull,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: "greenroom",
    AWS_EC2_METADATA_DISABLED: "true",
    // Names such as ACCOUNT.127.0.0.1, which S3 Control's clients make, reach the gateway; so does whatever would
    // leave the machine, and is refused there.
    HTTP_PROXY: endpoint,
    HTTPS_PROXY: endpoint,
    NO_PROXY: "localhost,127.0.0.1",
    PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
    PULUMI_HOME: path.join(folder, "home"),
    TMPDIR: path.join(folder, "tmp"),
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // What is not there is not downloaded.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}
