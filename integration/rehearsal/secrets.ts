import { existsSync } from "node:fs";
import path from "node:path";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { directoryOf, type CommonDefinition } from "../../infra/definitions/common";
import type { Aws, Identity } from "../local-aws/core/aws";
import { defaultExport } from "./default-export";
import { ServiceFileError } from "./incidents/incident";

/** Stands for a secret of a service in rehearsals. */
export interface StandIn {
  store: "Secrets Manager" | "Parameter Store";
  name: string;
  value: string;
}

/**
 * What stands for the secrets of services: by their names, the values of `services/NAME/rehearsal/secrets.ts`.
 *
 * @param root the repository's folder
 * @throws {ServiceFileError} for a secret of a definition that has none, and for a value of no secret
 */
export function readStandIns(
  root: string,
  definitions: readonly Pick<CommonDefinition, "name" | "secrets">[],
): StandIn[] {
  const found = new Map<string, StandIn>();
  for (const definition of definitions) {
    const file = `${directoryOf(definition)}/rehearsal/secrets.ts`;
    const values = load(root, file);
    const names = Object.values(definition.secrets).map((source) =>
      "secret" in source ? source.secret : source.parameter,
    );
    const unknown = Object.keys(values).find((name) => !names.includes(name));
    if (unknown !== undefined)
      throw new ServiceFileError(
        `${file}: "${unknown}" stands for no secret of ${definition.name}: take it out, or name the secret under ` +
          `"secrets" in ${directoryOf(definition)}/service.ts`,
      );
    for (const [variable, source] of Object.entries(definition.secrets)) {
      const [store, name] =
        "secret" in source
          ? (["Secrets Manager", source.secret] as const)
          : (["Parameter Store", source.parameter] as const);
      const value = values[name];
      if (typeof value !== "string" || value === "")
        throw new ServiceFileError(
          `${file}: "${name}" has no stand-in, but the definition injects it as ${variable}: add "${name}": "…" to the ` +
            `default export, with a value that is good for rehearsals only`,
        );
      found.set(`${store} ${name}`, { store, name, value });
    }
  }
  return [...found.values()];
}

function load(root: string, file: string): Readonly<Record<string, unknown>> {
  const absolute = path.join(root, file);
  if (!existsSync(absolute)) return {};
  const values = defaultExport(absolute);
  if (typeof values !== "object" || values === null)
    throw new ServiceFileError(`${file}: its default export must be an object: names of secrets to values`);
  return values as Readonly<Record<string, unknown>>;
}

/** Puts stand-ins where an environment's tasks look for them. */
export async function placeStandIns(
  aws: Aws,
  identity: Identity,
  standIns: readonly StandIn[],
): Promise<void> {
  const secrets = aws.client(SecretsManagerClient, identity);
  const parameters = aws.client(SSMClient, identity);
  for (const { store, name: Name, value } of standIns) {
    if (store === "Secrets Manager")
      await secrets.send(new CreateSecretCommand({ Name, SecretString: value }));
    else await parameters.send(new PutParameterCommand({ Name, Value: value, Type: "SecureString" }));
  }
}
