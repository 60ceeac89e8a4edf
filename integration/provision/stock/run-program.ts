import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import messages from "@pulumi/pulumi/proto/language_pb";

/** Its exit code when the user knows already what is wrong. */
const alreadyReported = 32;

/** Starts Pulumi's runner for a program, as Pulumi's language host does, and says how it ended. */
export async function runProgram(
  request: messages.RunRequest,
  engine: string,
  running: Set<ChildProcess>,
): Promise<messages.RunResponse> {
  const response = new messages.RunResponse();
  const options = (request.getInfo()?.getOptions()?.toJavaScript() ?? {}) as RuntimeOptions;
  let runner: string;
  try {
    runner = locateRunner(folderOf(request));
  } catch {
    return response.setError("It looks like the Pulumi SDK has not been installed. Have you run npm ci?");
  }
  const child = spawn(
    "node",
    [...(options.nodeargs?.split(" ") ?? []), runner, ...programArguments(request, engine)],
    { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, ...environmentOf(request, options) } },
  );
  running.add(child);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  }).finally(() => running.delete(child));
  if (code === 0) return response;
  if (code === alreadyReported) return response.setBail(true);
  return response.setError(`Program exited with non-zero exit code: ${code}`);
}

/** `runtime.options` of Pulumi.yaml. @see https://www.pulumi.com/docs/iac/concepts/projects/project-file/#runtime-options */
interface RuntimeOptions {
  typescript?: boolean;
  tsconfig?: string;
  nodeargs?: string;
}

/** Where `main` of Pulumi.yaml is, as a folder: the program's working directory, where its tsconfig.json is looked up. */
const folderOf = (request: messages.RunRequest): string => request.getInfo()?.getProgramDirectory() ?? ".";

/** Found from the program, so that it is the version that the program has. */
const locateRunner = (cwd: string): string =>
  execFileSync("node", ["-p", "require.resolve('@pulumi/pulumi/cmd/run')"], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();

function programArguments(request: messages.RunRequest, engine: string): string[] {
  const info = request.getInfo();
  const flags: Record<string, string> = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": info?.getRootDirectory() ?? "",
    stack: request.getStack(),
    pwd: folderOf(request),
  };
  return [
    ...Object.entries(flags).flatMap(([name, value]) => (value ? [`--${name}`, value] : [])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    "--parallel",
    String(request.getParallel()),
    info?.getEntryPoint() ?? ".",
    ...request.getArgsList(),
  ];
}

function environmentOf(request: messages.RunRequest, options: RuntimeOptions): Record<string, string> {
  const config = [...request.getConfigMap().entries()].map(([key, value]): [string, string] => {
    // `project:key` as older SDKs know it, `project:config:key`; today's take both.
    const [namespace = "", ...name] = key.split(":");
    return [`${namespace}:config:${name.at(-1) ?? ""}`, value];
  });
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(config)),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    ...(options.typescript === false ? {} : { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    ...(options.tsconfig ? { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig } : {}),
  };
}
