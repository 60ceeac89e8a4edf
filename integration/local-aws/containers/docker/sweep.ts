import os from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import type Dockerode from "dockerode";
import { isAbandoned, rehearsalLabel, startOf, type Labels } from "./labels";

/**
 * The name under which the daemon pulls an image of the local ECR says which rehearsal pulled it, as an image has no
 * label that could. Images that people pull themselves are named without it, and stay.
 */
export const pulledPrefix = (rehearsal: string): string => `greenroom/${rehearsal}`;
const pulledName = new RegExp(`^127\\.0\\.0\\.1:\\d+/${pulledPrefix("([a-z0-9.-]+)")}/`);

export const rehearsalOfImage = (name: string): string | undefined => pulledName.exec(name)?.[1];

/** Removes what a rehearsal has made. Gives a sentence for each thing that could not be removed. */
export async function removeRehearsal(docker: Dockerode, rehearsal: string): Promise<string[]> {
  return removeAll(docker, { label: [`${rehearsalLabel}=${rehearsal}`] }, (id) => id === rehearsal);
}

/** Removes what rehearsals have left whose process is gone. Gives a sentence for each thing that could not be removed. */
export async function sweep(docker: Dockerode): Promise<string[]> {
  const filters = { label: [rehearsalLabel] };
  const all: Labels[] = [
    ...(await docker.listContainers({ all: true, filters })).map(({ Labels }) => Labels),
    ...(await docker.listNetworks({ filters })).map(({ Labels }) => Labels ?? {}),
    ...(await docker.listVolumes({ filters })).Volumes.map(({ Labels }) => Labels),
  ];
  const abandoned = new Map<string, boolean>();
  for (const labels of all) {
    const id = labels[rehearsalLabel] ?? "";
    if (!abandoned.has(id)) abandoned.set(id, await isAbandoned(labels, os.hostname(), startOf));
  }
  const problems: string[] = [];
  for (const [id, isLeft] of abandoned) if (isLeft) problems.push(...(await removeRehearsal(docker, id)));
  return problems;
}

type Filters = { label: string[] };

async function removeAll(
  docker: Dockerode,
  filters: Filters,
  isOwn: (rehearsal: string) => boolean,
): Promise<string[]> {
  const problems: string[] = [];
  const removing = async (what: string, removal: Promise<unknown>) => {
    await removal.catch((error: unknown) => {
      if (statusOf(error) !== 404) problems.push(`could not remove ${what}: ${messageOf(error)}`);
    });
  };
  // A container that starts while the others are removed is found by the second look.
  for (let look = 0; look < 2; look++) {
    const containers = await docker.listContainers({ all: true, filters });
    await Promise.all(
      containers.map(({ Id }) => removing(`the container ${Id}`, removeContainer(docker, Id))),
    );
  }
  const { Volumes } = await docker.listVolumes({ filters });
  for (const { Name } of Volumes) await removing(`the volume ${Name}`, docker.getVolume(Name).remove());
  for (const { RepoDigests, RepoTags } of await docker.listImages()) {
    const names = [...(RepoDigests ?? []), ...(RepoTags ?? [])].filter((name) =>
      isOwn(rehearsalOfImage(name) ?? ""),
    );
    for (const name of names)
      await removing(`the image ${name}`, docker.getImage(name).remove({ noprune: false }));
  }
  // The network is last: as long as it is there, the next rehearsal knows that there is something to remove.
  if (problems.length > 0) return problems;
  for (const { Id } of await docker.listNetworks({ filters })) {
    await removing(`the network ${Id}`, docker.getNetwork(Id).remove());
  }
  return problems;
}

/** Removes a container, whatever it does, with its anonymous volumes. */
export async function removeContainer(docker: Dockerode, id: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return void (await docker.getContainer(id).remove({ force: true, v: true }));
    } catch (error) {
      if (statusOf(error) === 404) return;
      // 409: "removal of container … is already in progress".
      if (statusOf(error) !== 409 || tries === 100) throw error;
      await wait(50);
    }
  }
}

/** Waits for a daemon's work for so long, and says whether it was done. Never rejects. */
export async function within(limitMs: number, work: Promise<unknown>): Promise<boolean> {
  const done = work.then(
    () => true,
    () => false,
  );
  return Promise.race([done, wait(limitMs, false, { ref: false })]);
}

/** The status that the daemon answered with, if it was the daemon that refused. */
export function statusOf(error: unknown): number | undefined {
  return typeof error === "object" &&
    error !== null &&
    "statusCode" in error &&
    typeof error.statusCode === "number"
    ? error.statusCode
    : undefined;
}

/** What the daemon said, without dockerode's words around it. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^\(HTTP code \d+\) [\w ]+ - /, "").trim();
}
