import { randomUUID } from "node:crypto";
import type Dockerode from "dockerode";
import type { Labels } from "./labels";

/**
 * What the builds of a project keep for each other, as volumes of the rehearsal: on AWS a local cache lives on the build
 * host and with it. Two builds never have the same one at once.
 * https://docs.aws.amazon.com/codebuild/latest/userguide/caching-local.html
 */
export class BuildCaches {
  private readonly free = new Map<string, string[]>();

  constructor(
    private readonly docker: Dockerode,
    private readonly labels: Labels,
  ) {}

  /** The volume that a build of the project has left, or a new one. */
  async take(project: string, mode: string): Promise<BuildCache> {
    const key = `${mode} ${project}`;
    const free = this.free.get(key) ?? [];
    this.free.set(key, free);
    let volume = free.pop();
    if (!volume) {
      volume = `greenroom-cache-${randomUUID()}`;
      await this.docker.createVolume({ Name: volume, Labels: { ...this.labels } });
    }
    const name = volume;
    return {
      volume: name,
      giveBack: async (isWhole) => {
        if (isWhole && free.length === 0) free.push(name);
        else await this.docker.getVolume(name).remove();
      },
    };
  }
}

export interface BuildCache {
  volume: string;
  /** Once no container has it any more. One that a build was killed with is not given to another. */
  giveBack(isWhole: boolean): Promise<void>;
}
