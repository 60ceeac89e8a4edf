import { execFile, execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { endTree } from "../process/end-tree";

/** Nothing that is asked here takes this long: it would hang. In wall time. */
const limitMs = 180_000;

/** A command that failed, or was not done in time. */
export class CommandError extends Error {
  override name = "CommandError";
}

/**
 * A clone of the repository in which `pulumi` is used as its documentation says, with a state and a home of its own.
 * Its packages are those of this checkout, as `npm ci` installed them.
 */
export class StockCommandLine {
  /** The clone. */
  readonly folder: string;
  /** What it keeps, the clone among it. */
  readonly home: string;
  private readonly environment: NodeJS.ProcessEnv;

  /**
   * @param options.repository the checkout: with its changes, without what git ignores
   * @param options.endpoint the gateway of the local AWS
   */
  constructor(options: { repository: string; endpoint: string }) {
    this.home = mkdtempSync(path.join(os.tmpdir(), "greenroom-stock-"));
    this.folder = path.join(this.home, "clone");
    try {
      clone(options.repository, this.folder);
      const bin = path.join(this.home, "bin");
      installLanguageHost(bin);
      const temporary = path.join(this.home, "tmp");
      for (const folder of [temporary, path.join(this.home, "state")]) mkdirSync(folder);
      this.environment = {
        ...process.env,
        PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}`,
        // ts-node keeps what it has compiled here.
        TMPDIR: temporary,
        PULUMI_HOME: path.join(this.home, "home"),
        PULUMI_BACKEND_URL: `file://${path.join(this.home, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // What is not on PATH is not downloaded.
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        AWS_ENDPOINT_URL: options.endpoint,
        AWS_SECRET_ACCESS_KEY: "greenroom",
        AWS_EC2_METADATA_DISABLED: "true",
        // Whatever would leave the machine is refused by the gateway.
        HTTP_PROXY: options.endpoint,
        HTTPS_PROXY: options.endpoint,
        NO_PROXY: "localhost,127.0.0.1",
      };
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Runs `pulumi` in the clone.
   *
   * @param account the account of the credentials: 12 digits
   * @returns what it prints
   * @throws {CommandError} with all that it said
   */
  async pulumi(account: string, ...args: string[]): Promise<string> {
    const running = promisify(execFile)("pulumi", [...args, "--non-interactive", "--color=never"], {
      cwd: this.folder,
      env: { ...this.environment, AWS_ACCESS_KEY_ID: account },
      maxBuffer: 64 * 1024 * 1024,
    });
    let how = "failed";
    const late = setTimeout(() => {
      how = `was not done after ${limitMs / 1000} seconds`;
      endTree(running.child.pid);
    }, limitMs);
    try {
      return (await running).stdout;
    } catch (error) {
      const { stdout = "", stderr = "", message } = error as Error & { stdout?: string; stderr?: string };
      const said = [stderr, errorsOf(stdout)].join("\n").trim();
      throw new CommandError(`pulumi ${args.join(" ")} ${how}:\n${said || message}`);
    } finally {
      clearTimeout(late);
    }
  }

  /** Leaves no folder behind. */
  close(): void {
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** With `--json` the errors are at the end of a long plan. */
function errorsOf(output: string): string {
  try {
    const { diagnostics = [] } = JSON.parse(output) as {
      diagnostics?: { severity: string; message: string }[];
    };
    return diagnostics.flatMap(({ severity, message }) => (severity === "error" ? [message] : [])).join("\n");
  } catch {
    return output;
  }
}

/** What a clone has, and what a commit of the changes would add to it. */
function clone(repository: string, folder: string): void {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: repository,
    encoding: "utf8",
  });
  for (const file of listed.split("\0")) {
    const from = path.join(repository, file);
    if (file && existsSync(from)) cpSync(from, path.join(folder, file));
  }
  symlinkSync(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
}

/** The engine finds language hosts on PATH, by name. */
function installLanguageHost(bin: string): void {
  const file = path.join(bin, "pulumi-language-nodejs");
  const command = [
    process.execPath,
    "--require",
    require.resolve("tsx/cjs"),
    path.join(__dirname, "language-host.ts"),
  ];
  mkdirSync(bin);
  writeFileSync(file, `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(" ")} "$@"\n`);
  chmodSync(file, 0o755);
}
