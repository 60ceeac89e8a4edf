import type * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account";
import type { Statement } from "../iam/role";

/** Where a secret is kept: its name in Secrets Manager, or in Parameter Store. Never the secret itself. */
export type SecretSource = { secret: string } | { parameter: string };

type Secrets = Readonly<Record<string, SecretSource>>;

/**
 * What a container definition says of its secrets: each by its ARN, which for Secrets Manager is the one without the
 * six characters that it adds to every name, as nobody knows them beforehand.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
 */
export function secretReferences(
  account: Account,
  secrets: Secrets,
): { name: string; valueFrom: pulumi.Output<string> }[] {
  return Object.entries(secrets).map(([name, source]) => ({ name, valueFrom: arnOf(account, source) }));
}

/** Lets a role read exactly these secrets. */
export function secretStatements(account: Account, secrets: Secrets): Statement[] {
  const of = Object.values(secrets);
  const inSecretsManager = of
    .filter((source) => "secret" in source)
    // The six characters, and nothing whose name only begins alike.
    .map(({ secret }) => account.arn("secretsmanager", `secret:${secret}-??????`));
  const inParameterStore = of
    .filter((source) => "parameter" in source)
    .map((source) => arnOf(account, source));
  return [
    { actions: ["secretsmanager:GetSecretValue"], resources: inSecretsManager },
    { actions: ["ssm:GetParameters"], resources: inParameterStore },
  ].filter(({ resources }) => resources.length > 0);
}

function arnOf(account: Account, source: SecretSource): pulumi.Output<string> {
  return "secret" in source
    ? account.arn("secretsmanager", `secret:${source.secret}`)
    : account.arn("ssm", `parameter/${source.parameter.replace(/^\//, "")}`);
}
