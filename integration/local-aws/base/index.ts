import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { DockerDaemon } from "../containers/docker/daemon";
import { BaseError, type Base } from "./base";
import type { BaseChoice } from "./choice";
import { useEndpoint } from "./endpoint";
import { networkEnvironment } from "../network";
import { startLocalStack } from "./localstack";
import { startMiniStackImage } from "./ministack-image";
import { startMiniStackProcess } from "./ministack-process";
import { hasRegistry } from "./registry";
import { lackedBy, Routes } from "./routes";

export { BaseError, type Base } from "./base";
export { localStackImage, parseBase, type BaseChoice } from "./choice";
export { limitsOf } from "./limits";
export type { Routes, ServedBy } from "./routes";

export interface BasesOptions {
  choice: BaseChoice;
  /** The virtual environment that has MiniStack, or why there is none. */
  venv: string | { missing: string };
  /** Of LocalStack; nobody but its container gets to see it. */
  token?: string;
  /** Where bases, and the functions that they run, may leave things. */
  folder: string;
  /** Where logs go. */
  keepFolder: string;
  /** The gateway. */
  endpoint: string;
  /** Opens Docker, if it has not been opened yet. */
  docker: () => Promise<DockerDaemon>;
  warn: (message: string) => void;
}

export interface Bases {
  routes: Routes;
  /** Rejects when one of them ends before it is closed. */
  failed: Promise<never>;
  close(): Promise<void>;
}

/** Starts the chosen base, and the default one beside it for what the chosen one lacks. */
export async function startBases(options: BasesOptions): Promise<Bases> {
  await mkdir(options.keepFolder, { recursive: true });
  const running: Base[] = [];
  const close = async () => void (await Promise.all(running.map((base) => base.close())));
  try {
    const chosen = await startChosen(options);
    running.push(chosen);
    const beside = lackedBy(chosen.services).length > 0 ? await startDefault(options) : undefined;
    if (beside) running.push(beside);
    const routes = new Routes(chosen, beside);
    const failed = Promise.race(running.map((base) => base.failed));
    failed.catch(() => undefined);
    return { routes, failed, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startChosen(options: BasesOptions): Promise<Base> {
  const { choice, warn } = options;
  if (choice.kind === "ministack") return startDefault(options);
  const base =
    choice.kind === "endpoint" ? await useEndpoint(choice.url, warn) : await localStack(options, choice);
  if (await hasRegistry(base.url)) return base;
  return { ...base, services: new Set([...base.services].filter((service) => service !== "ecr")) };
}

async function localStack(
  { docker, token, keepFolder, endpoint, warn }: BasesOptions,
  { image, withDockerSocket }: Extract<BaseChoice, { kind: "localstack" }>,
): Promise<Base> {
  const runtime = await docker().catch((error: unknown) => {
    throw new BaseError(
      `--base localstack needs Docker: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  return startLocalStack(runtime, {
    image,
    token,
    withDockerSocket,
    gateway: new URL(endpoint).host,
    logFile: path.join(keepFolder, "localstack.log"),
    warn,
  });
}

/** MiniStack: from the virtual environment, or without Python from its image. */
async function startDefault({ venv, folder, keepFolder, endpoint, docker }: BasesOptions): Promise<Base> {
  const logFile = path.join(keepFolder, "base.log");
  if (typeof venv === "string") {
    return startMiniStackProcess({
      venv,
      folder,
      logFile,
      // For the functions that it runs: their calls go to the gateway, and they find load balancers.
      environment: networkEnvironment(endpoint),
    });
  }
  const runtime = await docker().catch((error: unknown) => {
    throw new BaseError(
      `Python 3.10 or newer is needed for the base emulator (${venv.missing}), or Docker for its image ` +
        `(${error instanceof Error ? error.message : String(error)}). Install Python, or name one in the ` +
        "environment variable PYTHON, or start Docker.",
    );
  });
  return startMiniStackImage(runtime, logFile);
}
