import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { copyCheckout } from "../../checkout";
import { engineEnvironment, makeEngineFolders } from "../engine/environment";
import { hasLanguageHost } from "../engine/language-host";
import { endTree } from "../process/end-tree";

/** Nothing that is asked here takes this long: it would hang. In wall time. */
const limitMs = 180_000;

/** A command that failed, or was not done in time. */
export class CommandError extends Error {
  override name = "CommandError";
}

/**
 * A clone of this checkout in which `pulumi` is used as its documentation says, with a state and a home of its own.
 */
export class StockCommandLine {
  /** The clone. */
  readonly folder: string;
  /** What it keeps, the clone among it. */
  readonly home: string;

  private constructor(private readonly endpoint: string) {
    this.home = mkdtempSync(path.join(os.tmpdir(), "greenroom-stock-"));
    this.folder = path.join(this.home, "clone");
  }

  /** @param endpoint the gateway of the local AWS */
  static async clone(endpoint: string): Promise<StockCommandLine> {
    const stock = new StockCommandLine(endpoint);
    try {
      await copyCheckout(stock.folder);
      makeEngineFolders(stock.home);
      mkdirSync(path.join(stock.home, "bin"));
      if (!hasLanguageHost("nodejs")) installLanguageHost(path.join(stock.home, "bin"));
      return stock;
    } catch (error) {
      stock.close();
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
      env: {
        ...process.env,
        // ts-node keeps what it has compiled in TMPDIR.
        ...engineEnvironment(this.endpoint, account, this.home),
        PATH: `${path.join(this.home, "bin")}${path.delimiter}${process.env.PATH ?? ""}`,
      },
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

/** A stand-in for Pulumi's own: the engine finds language hosts on PATH, by name. */
function installLanguageHost(bin: string): void {
  const file = path.join(bin, "pulumi-language-nodejs");
  const command = [
    process.execPath,
    "--require",
    require.resolve("tsx/cjs"),
    path.join(__dirname, "language-host.ts"),
  ];
  writeFileSync(file, `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(" ")} "$@"\n`);
  chmodSync(file, 0o755);
}
