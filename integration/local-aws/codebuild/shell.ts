import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { BuildRoom } from "../core/container-runtime";
import { PhaseFailure } from "./failure";

/**
 * The one shell that all commands of a build share: "In version 0.2, CodeBuild runs all build commands in the same
 * instance of the default shell" (https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html).
 *
 * Each command is a run of its own that takes over variables (exported or not), functions and the working directory
 * from the one before. So `exit 1` in a command ends that command, as on AWS, and not the shell of the whole build.
 * Shell options (`set -e`) and traps end with their command.
 */
export class BuildShell {
  private count = 0;

  constructor(
    private readonly room: BuildRoom,
    /** `sh` is bash in POSIX mode, as in AWS's Amazon Linux images. */
    private readonly kind: "bash" | "sh",
    private readonly environment: Record<string, string>,
    private readonly onOutput: (text: string) => void,
    private readonly signal: AbortSignal,
  ) {}

  /** Runs one command of a buildspec, of one line or many. `now` are variables that CodeBuild changes as it goes. */
  async run(command: string, now: Record<string, string>): Promise<{ exitCode: number }> {
    return this.execute(command, now, this.onOutput);
  }

  /** What the shell makes of each of the texts, each as if within double quotes. */
  async evaluate(texts: readonly string[]): Promise<string[]> {
    const name = `values-${this.count}`;
    const inside = `${this.room.scratchDirectory.inside}/${name}`;
    const script = texts.map((text) => `printf '%s\\0' "${text}" >> ${quote(inside)}`).join("\n");
    let output = "";
    const { exitCode } = await this.execute(
      `: > ${quote(inside)}\n${script}`,
      {},
      (text) => (output += text),
    );
    if (exitCode !== 0)
      throw new PhaseFailure("CLIENT_ERROR", `cannot evaluate ${texts.join(", ")}: ${output.trim()}`);
    const host = path.join(this.room.scratchDirectory.host, name);
    return (await readFile(host, "utf8")).split("\0").slice(0, texts.length);
  }

  private async execute(
    command: string,
    now: Record<string, string>,
    onOutput: (text: string) => void,
  ): Promise<{ exitCode: number }> {
    const { host, inside } = this.room.scratchDirectory;
    const [state, source] = [`${inside}/state`, `${inside}/command-${this.count}.sh`];
    await writeFile(
      path.join(host, `command-${this.count}.sh`),
      command.endsWith("\n") ? command : `${command}\n`,
    );
    await writeFile(path.join(host, `script-${this.count}.sh`), this.script(state, source, now));
    const script = `${inside}/script-${this.count}.sh`;
    this.count++;
    return this.room.run({ script, environment: this.environment, onOutput, signal: this.signal });
  }

  private script(state: string, command: string, now: Record<string, string>): string {
    const save = [
      "set +xv +o posix",
      `{ declare -p; declare -f; printf 'cd %q\\n' "$PWD"; } > ${quote(`${state}.new`)}`,
      `mv ${quote(`${state}.new`)} ${quote(state)}`,
    ].join("; ");
    return [
      // One stream, so that errors stand where they happened.
      "exec 2>&1",
      `if [ -f ${quote(state)} ]; then`,
      // What an earlier command unset stays unset; what bash itself owns refuses to be set, silently.
      "  unset $(compgen -e)",
      `  source ${quote(state)} 2>/dev/null`,
      "else",
      `  cd ${quote(this.room.sourceDirectory.inside)}`,
      "fi",
      ...Object.entries(now).map(([name, value]) => `export ${name}=${quote(value)}`),
      `trap '__build_exit=$?; ${save.replaceAll("'", `'\\''`)}; exit $__build_exit' EXIT`,
      ...(this.kind === "sh" ? ["set -o posix"] : []),
      `. ${quote(command)}`,
      "",
    ].join("\n");
  }
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
