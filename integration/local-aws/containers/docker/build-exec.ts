import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import type Dockerode from "dockerode";
import { messageOf } from "./sweep";

export interface Execution {
  command: readonly string[];
  environment?: Readonly<Record<string, string>>;
  workingDirectory?: string;
  onOutput?: (text: string) => void;
}

/**
 * Runs a command in a container, as root, and gives its exit code; its output comes as it is written.
 *
 * @throws Error with a sentence for people when the daemon does not answer any more
 */
export async function execute(
  docker: Dockerode,
  containerId: string,
  { command, environment = {}, workingDirectory, onOutput = () => undefined }: Execution,
): Promise<number> {
  try {
    const exec = await docker.getContainer(containerId).exec({
      Cmd: [...command],
      Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      WorkingDir: workingDirectory,
      User: "0",
      AttachStdout: true,
      AttachStderr: true,
    });
    const stream = await exec.start({ hijack: true, stdin: false });
    // A character may come in two pieces.
    const both = [new PassThrough(), new PassThrough()] as const;
    for (const each of both) each.setEncoding("utf8").on("data", onOutput);
    docker.modem.demuxStream(stream, ...both);
    await finished(stream, { writable: false });
    for (const each of both) each.end();
    await Promise.all(both.map((each) => finished(each)));
    const { ExitCode, Running } = await exec.inspect();
    if (Running || ExitCode === null) throw new Error("the daemon dropped a command that still runs");
    return ExitCode;
  } catch (error) {
    throw new Error(
      `Docker cannot run a command in the build's container: ${messageOf(error)}; does the Docker daemon run?`,
      { cause: error },
    );
  }
}

/** Runs a short command and gives what it said. @throws Error with what it said when it failed */
export async function ask(
  docker: Dockerode,
  containerId: string,
  command: readonly string[],
): Promise<string> {
  let said = "";
  const onOutput = (text: string) => (said += text);
  const exitCode = await execute(docker, containerId, { command, onOutput });
  if (exitCode !== 0) throw new Error(said.trim() || `${command[0]}: exit status ${exitCode}`);
  return said;
}
