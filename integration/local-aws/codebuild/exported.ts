import type { Buildspec } from "./buildspec/model";
import type { BuildRecord } from "./model";
import type { BuildShell } from "./shell";

/**
 * Reads the variables that the buildspec exports, as they are after POST_BUILD. What starts with AWS_ and the
 * project's parameters and secrets cannot be exported.
 * https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env.exported-variables
 */
export async function exportVariables(
  record: BuildRecord,
  spec: Buildspec,
  shell: BuildShell,
): Promise<void> {
  const secret = new Set(
    record.build.environment?.environmentVariables
      ?.filter(({ type }) => type !== "PLAINTEXT")
      .map(({ name }) => name),
  );
  const names = spec.exportedVariables.filter((name) => !name.startsWith("AWS_") && !secret.has(name));
  if (names.length === 0) return;
  const values = await shell.evaluate(names.map((name) => `\${${name}-}`));
  record.build.exportedEnvironmentVariables = names.map((name, index) => ({
    name,
    value: values[index] ?? "",
  }));
}
