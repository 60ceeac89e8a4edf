import { randomUUID } from "node:crypto";
import type { ApprovalStatus } from "@aws-sdk/client-codepipeline";

export interface Decision {
  status: ApprovalStatus;
  summary: string;
  /** ARN of who decided. */
  by: string;
}

/** The approvals that wait for somebody, by their tokens. */
export class Approvals {
  private readonly pending = new Map<string, (decision: Decision) => void>();

  open(): { token: string; decided: Promise<Decision> } {
    const token = randomUUID();
    return { token, decided: new Promise((resolve) => this.pending.set(token, resolve)) };
  }

  /** False when nothing waits under that token. */
  decide(token: string, decision: Decision): boolean {
    const resolve = this.pending.get(token);
    this.pending.delete(token);
    resolve?.(decision);
    return resolve !== undefined;
  }

  close(token: string): void {
    this.pending.delete(token);
  }
}
