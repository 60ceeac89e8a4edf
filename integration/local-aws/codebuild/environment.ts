import type { EnvironmentVariable } from "@aws-sdk/client-codebuild";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Aws, Identity } from "../core/aws";
import type { Buildspec } from "./buildspec/model";
import { PhaseFailure } from "./failure";
import type { Masking } from "./masking";

/** A variable as it is declared; where its value comes from depends on the type. */
type Declared = Pick<EnvironmentVariable, "value" | "type">;

/**
 * The variables that people set for a build, with the values of parameters and secrets, read as the build's role.
 * "The value in the start build operation call takes highest precedence. The value in the build project definition
 * takes next precedence. The value in the buildspec declaration takes lowest precedence."
 * https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env
 *
 * @param declared those of the project with StartBuild's over them
 * @throws PhaseFailure where a parameter or a secret cannot be had
 */
export async function resolveVariables(
  aws: Aws,
  role: Identity,
  spec: Buildspec,
  declared: readonly EnvironmentVariable[],
  masking: Masking,
): Promise<Record<string, string>> {
  const all = new Map<string, Declared>();
  for (const [name, value] of Object.entries(spec.variables)) all.set(name, { value, type: "PLAINTEXT" });
  for (const [name, value] of Object.entries(spec.parameterStore))
    all.set(name, { value, type: "PARAMETER_STORE" });
  for (const [name, value] of Object.entries(spec.secretsManager))
    all.set(name, { value, type: "SECRETS_MANAGER" });
  for (const { name, value, type } of declared) all.set(name ?? "", { value, type });

  const parameters = [...all.values()].filter(({ type }) => type === "PARAMETER_STORE");
  const known = await readParameters(aws, role, [...new Set(parameters.map(({ value = "" }) => value))]);
  const values: Record<string, string> = {};
  for (const [name, { value = "", type }] of all) {
    if (type === "PARAMETER_STORE") values[name] = known.get(value) ?? "";
    else if (type === "SECRETS_MANAGER") values[name] = await readSecret(aws, role, value);
    else values[name] = value;
    if (type === "PARAMETER_STORE" || type === "SECRETS_MANAGER") masking.add(values[name]);
  }
  return values;
}

async function readParameters(aws: Aws, role: Identity, names: string[]): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  const fail = (why: string) => new PhaseFailure("Decrypted Variables Error", why);
  // GetParameters takes 10 names at most.
  for (let i = 0; i < names.length; i += 10) {
    const answer = await aws
      .client(SSMClient, role)
      .send(new GetParametersCommand({ Names: names.slice(i, i + 10), WithDecryption: true }))
      .catch((error: unknown) => {
        throw fail(String(error));
      });
    const [missing] = answer.InvalidParameters ?? [];
    if (missing) throw fail(`parameter does not exist: ${missing}`);
    for (const { Name = "", Value = "" } of answer.Parameters ?? []) values.set(Name, Value);
  }
  const absent = names.find((name) => !values.has(name));
  if (absent !== undefined) throw fail(`parameter does not exist: ${absent}`);
  return values;
}

/** `secret-id:json-key:version-stage:version-id`, where the id may be an ARN, which has six colons of its own. */
async function readSecret(aws: Aws, role: Identity, reference: string): Promise<string> {
  const parts = reference.split(":");
  const idParts = reference.startsWith("arn:") ? 7 : 1;
  const id = parts.slice(0, idParts).join(":");
  const [jsonKey, stage, version] = parts.slice(idParts);
  const fail = (why: string) => new PhaseFailure("Secrets Manager Error Message", `${id}: ${why}`);
  const answer = await aws
    .client(SecretsManagerClient, role)
    .send(
      new GetSecretValueCommand({
        SecretId: id,
        VersionStage: stage || undefined,
        VersionId: version || undefined,
      }),
    )
    .catch((error: unknown) => {
      throw fail(String(error));
    });
  const text = answer.SecretString ?? "";
  if (!jsonKey) return text;
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    throw fail(`is not JSON, so it has no key "${jsonKey}"`);
  }
  const field = (fields as Record<string, unknown> | null)?.[jsonKey];
  if (field === undefined) throw fail(`has no key "${jsonKey}"`);
  return typeof field === "string" ? field : JSON.stringify(field);
}
