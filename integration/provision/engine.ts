import { mkdtempSync } from "node:fs";
import path from "node:path";
import type { ProjectSettings } from "@pulumi/pulumi/automation";
import { isSecret, readProject } from "./config";
import type { StackOutputs } from "./direct";
import { engineEnvironment, localConfig, makeEngineFolders, withoutForeign } from "./engine/environment";
import { graceMs, type Change, type Message, type Operation, type Task } from "./engine/operation";
import { compileOnce, StackProcess } from "./process/stack-process";

export { engineMissing } from "./engine/missing";
export type { Change } from "./engine/operation";

export interface EngineStackOptions {
  /** Which `Pulumi.STACK.yaml`. */
  stack: string;
  /** Where `Pulumi.yaml` is. */
  programFolder: string;
  /** The gateway of the local AWS: `http://127.0.0.1:PORT`. */
  endpoint: string;
  /** The account of the credentials: 12 digits. */
  account: string;
  /** Laid over the stack file, by full key. */
  config?: Record<string, unknown>;
  /** Where the state of the stacks is kept, and all that the engine writes. */
  stateFolder: string;
  /** Gets the lines that the engine prints. */
  log: (line: string) => void;
  /** Gets every resource that an operation has changed. */
  progress?: (change: Change & { count: number }) => void;
  /** Ends operations early: what has begun is ended first. */
  signal?: AbortSignal;
  /** Takes only what others leave of the processor: clients of the local AWS would wait for the engine. @default false */
  inBackground?: boolean;
}

/** What an operation did, or would do. */
export interface Outcome {
  /** Empty when there is nothing to do. */
  changes: Change[];
  /** What the program exports, after `up`; secrets come as plain values. */
  outputs: StackOutputs;
  /** How many resources the stack has. */
  resources: number;
}

/** An operation that the engine refused, or that failed on the way: in the engine's and AWS's own words. */
export class EngineError extends Error {
  override name = "EngineError";
  constructor(
    stack: string,
    operation: string,
    readonly messages: string[],
  ) {
    super(
      `${operation} of the stack "${stack}" failed:\n${messages.map((m) => `  ${m.replaceAll("\n", "\n  ")}`).join("\n")}`,
    );
  }
}

/** Waits of the provider alone are over a minute for a load balancer. */
const limitMs = 600_000;
const childFile = path.join(__dirname, "engine", "child.ts");

/**
 * A stack of a Pulumi program under the real engine, on the local AWS. The program is loaded from the same entry point
 * as by `pulumi up`, as an inline program of Pulumi's Automation API.
 * @see https://www.pulumi.com/docs/iac/automation-api/
 */
export class EngineStack {
  constructor(
    private readonly options: EngineStackOptions,
    /** Of this stack, whatever its configuration and program. */
    private readonly underWay = new Set<Promise<unknown>>(),
  ) {}

  /** Goes on when no operation is under way. */
  async idle(): Promise<void> {
    while (this.underWay.size > 0) await Promise.allSettled(this.underWay);
  }

  up(options: { refresh?: boolean; config?: Record<string, unknown> } = {}): Promise<Outcome> {
    const { config, ...operation } = options;
    return this.run({ name: "up", ...operation }, config);
  }

  preview(options: { refresh?: boolean; config?: Record<string, unknown> } = {}): Promise<Outcome> {
    const { config, ...operation } = options;
    return this.run({ name: "preview", ...operation }, config);
  }

  /** What differs in the local AWS from what the engine knows. Changes nothing. */
  drift(): Promise<Outcome> {
    return this.run({ name: "drift" });
  }

  /** The same stack with another version of the program. */
  withProgram(programFolder: string): EngineStack {
    return new EngineStack({ ...this.options, programFolder }, this.underWay);
  }

  /** The same stack with other configuration, laid over what it has. */
  withConfig(config: Record<string, unknown>): EngineStack {
    return new EngineStack({ ...this.options, config: { ...this.options.config, ...config } }, this.underWay);
  }

  /** Its configuration by full key, as the stack file has it, with what is laid over that. */
  get config(): Record<string, unknown> {
    const { programFolder, stack, config } = this.options;
    return { ...readProject(path.resolve(programFolder), stack).config, ...config };
  }

  /** Without a preview beforehand: before it meets something protected, it may have destroyed what is not. */
  destroy(): Promise<Outcome> {
    return this.run({ name: "destroy" });
  }

  /** What `pulumi destroy` does first. */
  previewDestroy(): Promise<Outcome> {
    return this.run({ name: "destroy", preview: true });
  }

  private run(operation: Operation, changes: Record<string, unknown> = {}): Promise<Outcome> {
    const running = this.operate(operation, changes);
    this.underWay.add(running);
    const over = () => this.underWay.delete(running);
    running.then(over, over);
    return running;
  }

  private async operate(operation: Operation, changes: Record<string, unknown>): Promise<Outcome> {
    const { stack, endpoint, account, stateFolder, log, progress, signal, inBackground } = this.options;
    const folder = path.resolve(this.options.programFolder);
    const laidOver = { ...this.options.config, ...changes };
    makeEngineFolders(stateFolder);
    const child = new StackProcess<Message>({
      folder,
      // Of the process, not of the Automation API: that asks Pulumi before it knows one, and the program may use an SDK.
      environment: engineEnvironment(endpoint, account, stateFolder),
      log,
      signal,
      limitMs,
      graceMs,
      inBackground,
      onMessage: (message) => {
        if (message.kind === "changed") progress?.({ ...message.change, count: message.count });
      },
    });
    try {
      const { project, program, config: own, encryptionSalt } = readProject(folder, stack);
      const compiled = await compileOnce(childFile, program);
      const config = { ...localConfig(own), ...laidOver };
      const task: Task = {
        operation,
        stack,
        // The SDK's type of `config` is that of an older key of this name.
        project: {
          ...project,
          config: project.config && withoutForeign(project.config),
          main: undefined,
          runtime: "nodejs",
        } as ProjectSettings & { name: string },
        config,
        // With it the engine demands the passphrase, which is needed for encrypted values only.
        encryptionSalt: Object.values(config).some(isSecret) ? encryptionSalt : undefined,
        program,
        workFolder: mkdtempSync(path.join(stateFolder, `${stack}-`)),
      };
      const ended = await child.run({ task, code: compiled.code, child: childFile }, isFinal);
      if (ended.kind === "failed") throw new EngineError(stack, operation.name, ended.messages);
      const { changes: all, outputs, resources } = ended;
      return { changes: all, outputs, resources };
    } finally {
      child.close();
    }
  }
}

const isFinal = (message: Message): message is Exclude<Message, { kind: "changed" }> =>
  message.kind !== "changed";
