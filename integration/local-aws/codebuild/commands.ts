import type { BuildLog } from "./build-log";
import type { PhaseSpec } from "./buildspec/model";
import { PhaseFailure } from "./failure";
import type { BuildShell } from "./shell";

/** Whether the build is succeeding so far; what `CODEBUILD_BUILD_SUCCEEDING` says. */
export interface Course {
  succeeding: boolean;
}

/**
 * Runs a phase's commands, one after the other until one fails, then its `finally` commands in any case.
 * https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.phases.install.finally
 *
 * @throws PhaseFailure with the first command that failed and the last lines that it printed
 */
export async function runCommands(
  phase: PhaseSpec,
  shell: BuildShell,
  log: BuildLog,
  course: Course,
  signal: AbortSignal,
): Promise<void> {
  let failure: PhaseFailure | undefined;
  for (const commands of [phase.commands, phase.finally]) {
    for (const command of commands) {
      if (signal.aborted) return;
      const failed = await runCommand(command, shell, log, course);
      if (!failed) continue;
      course.succeeding = false;
      failure ??= failed;
      break;
    }
  }
  if (failure) throw failure;
}

async function runCommand(
  command: string,
  shell: BuildShell,
  log: BuildLog,
  { succeeding }: Course,
): Promise<PhaseFailure | undefined> {
  const text = command.trimEnd();
  log.note(`Running command ${text}`);
  log.begin();
  const { exitCode } = await shell.run(command, { CODEBUILD_BUILD_SUCCEEDING: succeeding ? "1" : "0" });
  const lastLines = log.end();
  if (exitCode === 0) return undefined;
  log.note(`Command did not exit successfully ${text} exit status ${exitCode}`);
  // The first line is AWS's own; what the command said last is Greenroom's addition.
  const message = `Error while executing command: ${text}. Reason: exit status ${exitCode}`;
  return new PhaseFailure("COMMAND_EXECUTION_ERROR", [log.hide(message), ...lastLines].join("\n"));
}
