import { createInterface } from "node:readline";
import type Dockerode from "dockerode";
import { ownerLabel, parseOwner, rehearsalLabel } from "../../local-aws/containers/docker/labels";

/** Looks at every container of rehearsals when it is created, however short it lives. */
export async function watchContainers(docker: Dockerode) {
  const events = await docker.getEvents({
    filters: { type: ["container"], event: ["create"], label: [rehearsalLabel] },
  });
  const seen: Promise<Dockerode.ContainerInspectInfo>[] = [];
  createInterface(events).on("line", (line) => {
    const { id } = JSON.parse(line) as { id: string };
    const looked = docker.getContainer(id).inspect();
    looked.catch(() => undefined);
    seen.push(looked);
  });
  return {
    /** What was seen of the rehearsal with this process. */
    async end(pid: number): Promise<Dockerode.ContainerInspectInfo[]> {
      (events as unknown as { destroy(): void }).destroy();
      const all = await Promise.all(seen);
      return all.filter(({ Config }) => parseOwner(Config.Labels[ownerLabel])?.pid === pid);
    },
  };
}
