import {
  InvalidActionDeclarationException,
  InvalidStageDeclarationException,
  InvalidStructureException,
  ValidationException,
} from "@aws-sdk/client-codepipeline";
import { ServiceError } from "../../core/errors";

const $metadata = {};
export const invalid = (message: string) => new ValidationException({ message, $metadata });
export const structure = (message: string) => new InvalidStructureException({ message, $metadata });
export const badStage = (message: string) => new InvalidStageDeclarationException({ message, $metadata });
export const badAction = (message: string) => new InvalidActionDeclarationException({ message, $metadata });
export const lacks = (what: string) =>
  new ServiceError("NotImplemented", `not implemented: CodePipeline ${what}`, 501);

export function matches(at: string, value: string | undefined, pattern: RegExp, constraint: string): void {
  if (value === undefined || !pattern.test(value))
    throw invalid(
      `1 validation error detected: Value '${value}' at '${at}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${constraint}`,
    );
}

/** @throws {ValidationException} for a value that is none of those known */
export function oneOf(known: readonly string[], value: string | undefined, at: string): void {
  if (value === undefined || known.includes(value)) return;
  throw invalid(
    `1 validation error detected: Value '${value}' at '${at}' failed to satisfy constraint: Member must satisfy enum value set: [${known.join(", ")}]`,
  );
}
