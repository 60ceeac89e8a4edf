import type { ImageIn } from "./faults";

/** What answers at an address: a container of a task. */
export interface TaskAt extends ImageIn {
  /** AWS time. */
  startedAt: Date;
}

/** Which image answers at which address. ECS says it when a container starts, and takes it back when it ends. */
export class TaskDirectory {
  private readonly byAddress = new Map<string, TaskAt>();

  put({ host, port }: { host: string; port: number }, task: TaskAt): () => void {
    const key = `${host}:${port}`;
    this.byAddress.set(key, task);
    return () => {
      if (this.byAddress.get(key) === task) this.byAddress.delete(key);
    };
  }

  at(host: string, port: number): TaskAt | undefined {
    return this.byAddress.get(`${host}:${port}`);
  }
}
