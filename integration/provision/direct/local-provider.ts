import type { runtime } from "@pulumi/pulumi";
import { createResource } from "./create";
import { callFunction } from "./functions";
import type { Failure } from "../process/messages";
import { Providers } from "./providers";
import { findResourceType } from "./resources";
import type { ResourceType } from "./resource-type";

/** A resource that was not begun because another one had failed. */
class NotBegunError extends Error {
  override name = "NotBegunError";
}

// How Pulumi marks a secret on the wire: https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/rpc.ts
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Inputs without the marks of secrets, which Pulumi's runtime leaves at the top level only. */
export function withoutSecretMarks(inputs: Record<string, unknown>): Record<string, unknown> {
  const plain = (value: unknown) => {
    const marked = value as { [signatureKey]?: unknown; value?: unknown } | null | undefined;
    return typeof marked === "object" && marked?.[signatureKey] === secretSignature ? marked.value : value;
  };
  return Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, plain(value)]));
}

/**
 * Stands behind Pulumi's mock monitor, and creates in the local AWS what the program registers, as the engine and
 * the AWS provider would in the cloud. After the first failure nothing new is begun.
 */
export class LocalProvider implements runtime.Mocks {
  readonly failures: Failure[] = [];
  /** Resources created, without components and providers. */
  count = 0;
  /** Calls that are under way. */
  underway = 0;
  /** When something last began or ended: `performance.now()`. */
  lastActivity = performance.now();

  private stopped = false;

  constructor(
    private readonly providers: Providers,
    private readonly onCreated: (type: string, name: string, count: number) => void,
    private readonly find: (type: string) => ResourceType = findResourceType,
  ) {}

  async newResource(args: runtime.MockResourceArgs): Promise<runtime.MockResourceResult> {
    const { type, name } = args;
    return this.guarded(type, name, async () => {
      if (args.id) {
        throw new Error(
          "direct provisioning creates only: it cannot read or import a resource that is there already",
        );
      }
      const raw = args.inputs as Record<string, unknown>;
      const inputs = withoutSecretMarks(raw);
      if (type.startsWith("pulumi:providers:")) {
        return {
          id: type === "pulumi:providers:aws" ? this.providers.add(name, inputs) : crypto.randomUUID(),
          state: raw,
        };
      }
      // A component of the program: only its children are something. awsx's come from another process.
      if (!args.custom && !type.startsWith("awsx:")) return { id: undefined, state: {} };

      const entry = this.find(type);
      const { id, state } = await createResource(entry, name, inputs, this.providers.of(args.provider));
      this.count++;
      this.onCreated(type, name, this.count);
      // What was a secret stays one.
      const secrets = Object.entries(raw).filter(
        ([key, value]) => value !== inputs[key] && state[key] === inputs[key],
      );
      return { id, state: { ...state, ...Object.fromEntries(secrets) } };
    });
  }

  async call(args: runtime.MockCallArgs): Promise<runtime.MockCallResult> {
    const inputs = withoutSecretMarks(args.inputs as Record<string, unknown>);
    return this.guarded(args.token, "", () =>
      callFunction(args.token, inputs, this.providers.of(args.provider)),
    );
  }

  /** Begins nothing new from now on. */
  stop(): void {
    this.stopped = true;
  }

  /** Waits until nothing is under way, at most `limitMs`. */
  async settled(limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    while (this.underway > 0 && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Ends when something has failed, or nothing has happened for `idleLimitMs`. */
  async failedOrIdle(idleLimitMs: number): Promise<void> {
    const idle = () => this.underway === 0 && performance.now() - this.lastActivity > idleLimitMs;
    while (this.failures.length === 0 && !idle()) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  private async guarded<T>(type: string, name: string, work: () => Promise<T>): Promise<T> {
    if (this.stopped) throw new NotBegunError("not begun, because something else had failed");
    this.underway++;
    this.lastActivity = performance.now();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof NotBegunError)) {
        const message = error instanceof Error ? error.message : String(error);
        this.stopped = true;
        this.failures.push({ type, ...(name ? { name } : {}), message });
      }
      throw error;
    } finally {
      this.underway--;
      this.lastActivity = performance.now();
    }
  }
}
