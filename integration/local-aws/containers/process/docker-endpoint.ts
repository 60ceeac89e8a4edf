import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import type http from "node:http";
import path from "node:path";
import { json } from "node:stream/consumers";
import { z } from "zod";
import { dockerCommand } from "./docker-command";
import type { DockerDaemon } from "./docker-daemon";

const callSchema = z.object({ argv: z.array(z.string()), cwd: z.string(), stdin: z.string() });

interface Build {
  daemon: DockerDaemon | undefined;
  stopped: AbortController;
  calls: Set<Promise<number>>;
}

/** Where the `docker` commands of builds arrive. A build's token opens its own daemon and no other. */
export class DockerEndpoint {
  private readonly builds = new Map<string, Build>();

  /** Lets a build in. Without a daemon its commands fail as on AWS where a project is not privileged. */
  open(daemon: DockerDaemon | undefined): string {
    const token = randomUUID();
    this.builds.set(token, { daemon, stopped: new AbortController(), calls: new Set() });
    return token;
  }

  /** Ends the build's commands that are still running. */
  async close(token: string): Promise<void> {
    const build = this.builds.get(token);
    this.builds.delete(token);
    build?.stopped.abort(new Error("the build has ended"));
    await Promise.allSettled(build?.calls ?? []);
  }

  readonly handle = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const token = String(request.headers["x-greenroom-build"]);
    const parsed = callSchema.safeParse(await json(request).catch(() => undefined));
    const build = this.builds.get(token);
    if (!build || !parsed.success) {
      response.writeHead(403).end(`${JSON.stringify({ err: "this is not a running build\n", exit: 1 })}\n`);
      return;
    }
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    const send = (message: object) => response.destroyed || response.write(`${JSON.stringify(message)}\n`);
    const gone = new AbortController();
    response.once("close", () => gone.abort(new Error("the build was stopped")));
    if (build.daemon) {
      const call = dockerCommand(build.daemon, {
        ...parsed.data,
        out: (text) => send({ out: text }),
        err: (text) => send({ err: text }),
        signal: AbortSignal.any([gone.signal, build.stopped.signal]),
      });
      build.calls.add(call);
      send({ exit: await call.finally(() => build.calls.delete(call)) });
    } else {
      const message =
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n";
      // https://docs.aws.amazon.com/codebuild/latest/userguide/troubleshooting.html#troubleshooting-cannot-connect-to-docker-daemon
      send({ err: `${message}(The project's environment is not privileged.)\n`, exit: 1 });
    }
    response.end();
  };
}

/** Puts the `docker` command into a folder for builds' PATH. */
export async function writeDockerCommand(folder: string): Promise<void> {
  await fs.mkdir(folder, { recursive: true });
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  // Beside it, as no room has the folder that this file is in.
  const script = path.join(folder, "docker.cjs");
  await fs.copyFile(path.join(__dirname, "docker.cjs"), script);
  const text = `#!/bin/sh\nunset NODE_OPTIONS\nexec ${quoted(process.execPath)} ${quoted(script)} "$@"\n`;
  await fs.writeFile(path.join(folder, "docker"), text, { mode: 0o755 });
}
