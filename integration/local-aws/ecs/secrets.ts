import type { Secret } from "@aws-sdk/client-ecs";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetParameterCommand, ParameterNotFound, SSMClient } from "@aws-sdk/client-ssm";
import type { Aws, Identity } from "../core/aws";
import { clientError } from "./errors";

/**
 * Refuses secrets that RegisterTaskDefinition refuses.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
 */
export function checkSecrets(
  { secrets = [], environment = [] }: { secrets?: Secret[]; environment?: { name?: string }[] },
  executionRoleArn: string | undefined,
): void {
  if (secrets.length > 0 && !executionRoleArn) {
    throw clientError(
      "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
    );
  }
  const names = new Set(environment.map(({ name }) => name));
  for (const { name } of secrets) {
    if (names.has(name)) {
      throw clientError(
        `The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '${name}'.`,
      );
    }
    names.add(name);
  }
}

/**
 * The values of a container's secrets, read as the task's execution role.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
 *
 * @throws Error with the reason with which a task stops on AWS: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html
 */
export async function resolveSecrets(
  aws: Aws,
  as: Identity,
  secrets: readonly Secret[],
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const { name = "", valueFrom = "" } of secrets) {
    const [from, read] = valueFrom.includes(":secretsmanager:")
      ? (["unable to retrieve secret from asm", secret] as const)
      : (["unable to retrieve secrets from ssm", parameter] as const);
    values[name] = await read(aws, as, valueFrom).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: " +
          `${from}: service call has been retried 1 time(s): ${why}`,
        { cause: error },
      );
    });
  }
  return values;
}

async function secret(aws: Aws, as: Identity, valueFrom: string): Promise<string> {
  // arn:aws:secretsmanager:region:account:secret:name[:json-key:version-stage:version-id]
  const parts = valueFrom.split(":");
  const [jsonKey, stage, version] = parts.slice(7);
  const id = parts.slice(0, 7).join(":");
  const { SecretString: text } = await aws
    // The secret may be in another region than the task.
    .client(SecretsManagerClient, { ...as, region: parts[3] || as.region })
    .send(
      new GetSecretValueCommand({
        SecretId: id,
        VersionStage: stage || undefined,
        VersionId: version || undefined,
      }),
    )
    .catch((error: Error) => {
      throw new Error(`failed to fetch secret ${id} from secrets manager: ${error.name}: ${error.message}`, {
        cause: error,
      });
    });
  if (text === undefined) throw new Error(`the secret ${id} has no text: ECS injects no binary values`);
  if (!jsonKey) return text;
  const fields = JSON.parse(text) as Record<string, unknown> | null;
  if (typeof fields !== "object" || fields === null || !Object.hasOwn(fields, jsonKey)) {
    throw new Error(`retrieved secret from Secrets Manager did not contain json key ${jsonKey}`);
  }
  const value = fields[jsonKey];
  return typeof value === "string" ? value : JSON.stringify(value);
}

async function parameter(aws: Aws, as: Identity, valueFrom: string): Promise<string> {
  const [, region, path = valueFrom] = /^arn:[^:]+:ssm:([^:]*):[^:]*:parameter\/(.+)$/.exec(valueFrom) ?? [];
  // An ARN has one slash before the name, whether the name begins with one or not. A path always does.
  const inArn = region === undefined ? [path] : path.includes("/") ? [`/${path}`] : [path, `/${path}`];
  const client = aws.client(SSMClient, { ...as, region: region || as.region });
  for (const Name of inArn) {
    try {
      const { Parameter } = await client.send(new GetParameterCommand({ Name, WithDecryption: true }));
      if (Parameter?.Value !== undefined) return Parameter.Value;
    } catch (error) {
      if (!(error instanceof ParameterNotFound)) throw error;
    }
  }
  throw new Error(`invalid parameters: ${path}`);
}
