import type { Secret } from "@aws-sdk/client-ecs";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Aws, Identity } from "../core/aws";

/**
 * The values of a container's secrets, read as the task's execution role.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
 */
export async function resolveSecrets(
  aws: Aws,
  as: Identity,
  secrets: readonly Secret[],
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const { name, valueFrom = "" } of secrets) {
    const value = valueFrom.includes(":secretsmanager:")
      ? await secret(aws, as, valueFrom)
      : await parameter(aws, as, valueFrom);
    if (value === undefined)
      throw new Error(`ResourceInitializationError: the secret ${name} (${valueFrom}) has no value`);
    values[name ?? ""] = value;
  }
  return values;
}

async function secret(aws: Aws, as: Identity, valueFrom: string): Promise<string | undefined> {
  // arn:aws:secretsmanager:region:account:secret:name[:json-key:version-stage:version-id]
  const parts = valueFrom.split(":");
  const [jsonKey, stage, version] = parts.slice(7);
  const answer = await aws.client(SecretsManagerClient, as).send(
    new GetSecretValueCommand({
      SecretId: parts.slice(0, 7).join(":"),
      VersionStage: stage || undefined,
      VersionId: version || undefined,
    }),
  );
  if (!jsonKey) return answer.SecretString;
  const fields = JSON.parse(answer.SecretString ?? "{}") as Record<string, unknown>;
  return jsonKey in fields ? String(fields[jsonKey]) : undefined;
}

async function parameter(aws: Aws, as: Identity, valueFrom: string): Promise<string | undefined> {
  const Name = valueFrom.startsWith("arn:") ? valueFrom.split(":parameter")[1] : valueFrom;
  const answer = await aws
    .client(SSMClient, as)
    .send(new GetParameterCommand({ Name, WithDecryption: true }));
  return answer.Parameter?.Value;
}
