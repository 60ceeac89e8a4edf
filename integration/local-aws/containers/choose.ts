import { unlessAborted } from "../core/abort";
import { dockerMissing, imagesToPull, type DockerRuntime } from "./docker/runtime";

export const engineNames = ["docker", "process"] as const;
export type EngineName = (typeof engineNames)[number];

export interface EngineChoice {
  /** Docker, opened; without it, images run as processes. */
  docker?: DockerRuntime;
  /** For people: which engine runs, and why. */
  because: string;
}

/**
 * Takes the engine that was asked for; otherwise Docker where its daemon answers and has the images: CodeBuild's are
 * gigabytes, which nobody wants to wait for who has only said `npm start`.
 *
 * @param options.images will be needed: pulling them in the middle of a build would be counted as its time
 * @throws Error with a sentence for people when the engine that was asked for cannot run
 */
export async function chooseEngine(options: {
  asked: EngineName | undefined;
  images: readonly string[];
  openDocker: () => Promise<DockerRuntime>;
  /** Gives up on pulls. */
  signal?: AbortSignal;
}): Promise<EngineChoice> {
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
  const runtime = await openDocker().catch((error: unknown) => {
    if (asked || options.signal?.aborted) throw error;
    return error instanceof Error ? error.message : String(error);
  });
  if (typeof runtime === "string") return processes(runtime);
  for (const image of absent) await unlessAborted(runtime.ensureImage(image), options.signal);
  return {
    docker: runtime,
    because: `builds and tasks are Docker containers: ${asked ? "--containers docker" : "a Docker daemon answers"}`,
  };
}
