// For tests: a process like a rehearsal's, with one build, which runs the script that it is given. It tells what happens
// as lines of JSON. `testing-build.ts FOLDER IMAGE RELAY-IMAGE SCRIPT`
import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { Aws } from "../../core/aws";
import { Clock } from "../../core/clock";
import { Gateway } from "../../core/gateway";
import { BuildRooms } from "./build-rooms";
import { openDocker } from "./daemon";

export type Told = { ready: string } | { said: string } | { ended: string } | { closed: string[] };

async function main([folder = "", image = "", relayImage = "", text = ""]: string[]): Promise<void> {
  const tell = (told: Told) => process.stdout.write(`${JSON.stringify(told)}\n`);
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const gateway = new Gateway(warn);
  const endpoint = await gateway.listen(0);
  const aws = new Aws(endpoint, new Clock(1), warn);
  const id = `test-${randomUUID().slice(0, 8)}`;
  const daemon = await openDocker({ id, gatewayPort: Number(new URL(endpoint).port), warn, relayImage });
  const rooms = new BuildRooms({ daemon, folder, aws });
  const room = await rooms.open({
    id: "project:1",
    project: "arn:aws:codebuild:eu-west-1:111111111111:project/project",
    image,
    pullAs: aws.root("111111111111", "eu-west-1"),
    privileged: false,
    cacheModes: [],
  });
  await fs.writeFile(path.join(room.scratchDirectory.host, "script.sh"), text);
  tell({ ready: id });
  const ended = await room
    .run({
      script: `${room.scratchDirectory.inside}/script.sh`,
      environment: {},
      onOutput: (said) => tell({ said }),
      signal: new AbortController().signal,
    })
    .then(({ exitCode }) => `exit code ${exitCode}`, String);
  tell({ ended });
  await room.close().catch((error: unknown) => warn(String(error)));
  await rooms.close();
  await daemon.close();
  aws.close();
  await gateway.close();
  tell({ closed: warnings });
}

void main(process.argv.slice(2));
