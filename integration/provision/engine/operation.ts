import type { ProjectSettings } from "@pulumi/pulumi/automation";

/** How long the engine may take to end what it has begun. */
export const graceMs = 20_000;

/** What the engine can be told to do with a stack. */
export type Operation =
  | { name: "up"; refresh?: boolean }
  /** `refresh`: looks at what is really there first. */
  | { name: "preview"; refresh?: boolean }
  /** Looks for drift, and changes nothing. */
  | { name: "drift" }
  /** `preview`: says what would go, and changes nothing. */
  | { name: "destroy"; preview?: boolean };

/** What a stack's process is told to do. */
export interface Task {
  operation: Operation;
  stack: string;
  /** The settings of the project, as `Pulumi.yaml` has them. */
  project: ProjectSettings & { name: string };
  /** The configuration of the stack by full key, as a stack file has it. */
  config: Record<string, unknown>;
  /** Of the passphrase that the configuration is encrypted with, if any of it is. */
  encryptionSalt?: string;
  /** Absolute path of what is loaded as the program. */
  program: string;
  /** Where the project and stack files of the workspace are written. */
  workFolder: string;
}

/** One resource that an operation changed, or would change. */
export interface Change {
  /** `create`, `update`, `replace`, `delete`, … in the engine's own words. */
  op: string;
  type: string;
  name: string;
  /** Inputs, or outputs for drift, that differ; those that make a replacement necessary. */
  properties: string[];
  replaces: string[];
}

/** What a stack's process says. */
export type Message =
  | { kind: "changed"; change: Change; count: number }
  | { kind: "done"; changes: Change[]; outputs: Record<string, unknown>; resources: number }
  | { kind: "failed"; messages: string[] };
