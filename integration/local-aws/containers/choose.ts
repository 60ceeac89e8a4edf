import { unlessAborted } from "../core/abort";
import { dockerMissing, imagesToPull, type DockerDaemon } from "./docker/daemon";

export const runtimeNames = ["docker", "process"] as const;
export type RuntimeName = (typeof runtimeNames)[number];

export interface RuntimeChoice {
  /** Docker, opened; without it, images run as processes. */
  docker?: DockerDaemon;
  /** For people: which runtime runs, and why. */
  because: string;
}

/**
 * Takes the runtime that was asked for; otherwise Docker where its daemon answers and has the images: CodeBuild's are
 * gigabytes, which nobody wants to wait for who has only said `npm start`.
 *
 * @param options.images will be needed: pulling them in the middle of a build would be counted as its time
 * @throws Error with a sentence for people when the runtime that was asked for cannot run
 */
export async function chooseRuntime(options: {
  asked: RuntimeName | undefined;
  images: readonly string[];
  openDocker: () => Promise<DockerDaemon>;
  /** Gives up on pulls. */
  signal?: AbortSignal;
}): Promise<RuntimeChoice> {
  const { asked, images, openDocker } = options;
  const processes = (why: string) => ({ because: `builds and tasks are processes of this machine: ${why}` });
  if (asked === "process") return processes("--containers process");
  const missing = await dockerMissing();
  if (missing) {
    if (asked) throw new Error(`--containers docker: ${missing}; start it, or use --containers process`);
    return processes(missing);
  }
  const absent = await imagesToPull(images);
  if (absent.length > 0 && !asked)
    return processes(`Docker does not have ${absent.join(" and ")}; --containers docker pulls it`);
  const daemon = await openDocker().catch((error: unknown) => {
    if (asked || options.signal?.aborted) throw error;
    return error instanceof Error ? error.message : String(error);
  });
  if (typeof daemon === "string") return processes(daemon);
  for (const image of absent) await unlessAborted(daemon.ensureImage(image), options.signal);
  return {
    docker: daemon,
    because: `builds and tasks are Docker containers: ${asked ? "--containers docker" : "a Docker daemon answers"}`,
  };
}
