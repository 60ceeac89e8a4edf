import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import type http from "node:http";
import path from "node:path";
import { json } from "node:stream/consumers";
import { z } from "zod";
import { dockerCommand } from "./docker-command";
import type { DockerDaemon } from "./docker-daemon";

const callSchema = z.object({ argv: z.array(z.string()), cwd: z.string(), stdin: z.string() });

/** Where the `docker` commands of builds arrive. A build's token opens its own daemon and no other. */
export class DockerEndpoint {
  private readonly daemons = new Map<string, DockerDaemon | undefined>();

  /** Lets a build in. Without a daemon its commands fail as on AWS where a project is not privileged. */
  open(daemon: DockerDaemon | undefined): string {
    const token = randomUUID();
    this.daemons.set(token, daemon);
    return token;
  }

  close(token: string): void {
    this.daemons.delete(token);
  }

  readonly handle = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const token = String(request.headers["x-greenroom-build"]);
    const parsed = callSchema.safeParse(await json(request).catch(() => undefined));
    if (!this.daemons.has(token) || !parsed.success) {
      response.writeHead(403).end(`${JSON.stringify({ err: "this is not a running build\n", exit: 1 })}\n`);
      return;
    }
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    const send = (message: object) => response.write(`${JSON.stringify(message)}\n`);
    const gone = new AbortController();
    response.once("close", () => gone.abort(new Error("the build was stopped")));
    const daemon = this.daemons.get(token);
    if (daemon) {
      const exit = await dockerCommand(daemon, {
        ...parsed.data,
        out: (text) => send({ out: text }),
        err: (text) => send({ err: text }),
        signal: gone.signal,
      });
      send({ exit });
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
  const script = path.join(__dirname, "docker.cjs");
  const text = `#!/bin/sh\nunset NODE_OPTIONS\nexec ${quoted(process.execPath)} ${quoted(script)} "$@"\n`;
  await fs.writeFile(path.join(folder, "docker"), text, { mode: 0o755 });
}
