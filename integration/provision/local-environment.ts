import os from "node:os";

/** All that the AWS SDKs and the provider read, but for the region: credentials, roles, files, endpoints, … */
const isForeign = (variable: string) => /^(TF_)?AWS_(?!(DEFAULT_)?REGION$)/.test(variable);

/**
 * What a process is told that is to know the local AWS only, whoever its user is on AWS. It is laid over the environment
 * of the process when that is started: what is undefined is then unset, which is not the same as empty for every SDK.
 *
 * @param endpoint the gateway of the local AWS
 * @param account the account of the credentials: 12 digits
 */
export function localEnvironment(endpoint: string, account: string): NodeJS.ProcessEnv {
  const inherited = Object.keys(process.env).filter(isForeign);
  return {
    ...Object.fromEntries(inherited.map((name) => [name, undefined])),
    AWS_CONFIG_FILE: os.devNull,
    AWS_SHARED_CREDENTIALS_FILE: os.devNull,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: "greenroom",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}
