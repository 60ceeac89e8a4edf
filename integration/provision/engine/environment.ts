import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { foreignSettings } from "../foreign-settings";
import { localEnvironment } from "../local-environment";

/** Settings of the AWS provider that any local AWS needs: no DNS knows a bucket's name, no machine's metadata. */
export const localSettings = { "aws:s3UsePathStyle": true, "aws:skipMetadataApiCheck": true };

/** A stack's configuration for the local AWS: without anybody's credentials, and with {@link localSettings}. */
export function localConfig(config: Record<string, unknown>): Record<string, unknown> {
  return { ...withoutForeign(config), ...localSettings };
}

/** What is left of a project's or a stack's configuration without the AWS provider's {@link foreignSettings}. */
export function withoutForeign(config: Record<string, unknown>): Record<string, unknown> {
  // `aws:config:profile` is an older way to write `aws:profile`. Without a namespace, a key is the project's own.
  const isForeign = (key: string) => foreignSettings.includes(/^aws:(?:config:)?(.+)$/.exec(key)?.[1] ?? "");
  return Object.fromEntries(Object.entries(config).filter(([key]) => !isForeign(key)));
}

/**
 * Makes the folders that the engine writes to, so that it writes to no others. The plugins that the user has installed
 * are there.
 */
export function makeEngineFolders(folder: string): void {
  for (const name of ["state", "home", "tmp"]) mkdirSync(path.join(folder, name), { recursive: true });
  const installed = path.resolve(process.env.PULUMI_HOME || path.join(os.homedir(), ".pulumi"), "plugins");
  const plugins = path.join(engineHome(folder), "plugins");
  if (existsSync(installed) && !existsSync(plugins)) symlinkSync(installed, plugins, "junction");
}

/** Where the engine keeps its logs and workspaces, in what {@link makeEngineFolders} has made. */
export const engineHome = (folder: string): string => path.join(folder, "home");

/**
 * What the engine and its plugins are told, so that they know the local AWS only, and nothing but it: laid over the
 * environment of a process, as {@link localEnvironment} is.
 *
 * @param endpoint the gateway of the local AWS
 * @param account the account of the credentials: 12 digits
 * @param folder what {@link makeEngineFolders} has made
 */
export function engineEnvironment(endpoint: string, account: string, folder: string): NodeJS.ProcessEnv {
  const { PULUMI_CONFIG_PASSPHRASE = "", PULUMI_CONFIG_PASSPHRASE_FILE } = process.env;
  return {
    ...localEnvironment(endpoint, account),
    // Names such as ACCOUNT.127.0.0.1, which S3 Control's clients make, reach the gateway; so does whatever would
    // leave the machine, and is refused there.
    HTTP_PROXY: endpoint,
    HTTPS_PROXY: endpoint,
    NO_PROXY: "localhost,127.0.0.1",
    PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
    PULUMI_HOME: engineHome(folder),
    TMPDIR: path.join(folder, "tmp"),
    // The user's, if there is one: a stack file may have values that are encrypted with it.
    ...(PULUMI_CONFIG_PASSPHRASE_FILE ? {} : { PULUMI_CONFIG_PASSPHRASE }),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // What is not there is not downloaded.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}
