// For tests: a rehearsal with a container in Docker, in a process of its own. It says when it is up; told to, it closes.
import { Aws } from "../../core/aws";
import { Clock } from "../../core/clock";
import { startContainer } from "./container";
import { openDocker } from "./daemon";

const [id = "", image = ""] = process.argv.slice(2);
const say = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`);

async function main(): Promise<void> {
  const daemon = await openDocker({
    id,
    gatewayPort: 9,
    warn: (warning) => say({ warning }),
    relayImage: image,
  });
  daemon.failed.catch((error: unknown) => say({ failed: String(error) }));
  await daemon.docker.createVolume({ Name: `greenroom-${id}-volume`, Labels: { ...daemon.labels } });
  const container = await startContainer(
    daemon,
    {
      name: "api/1/web",
      image,
      pullAs: new Aws("http://127.0.0.1:9", new Clock(1), say).root("111111111111", "eu-west-1"),
      entryPoint: ["node"],
      command: ["-e", "setInterval(() => {}, 1000)"],
      environment: {},
      containerPorts: [8080],
      stopTimeoutSeconds: 1,
      onLine: say,
    },
    { name: image, digest: undefined, environment: [] },
    1,
  );
  void container.ended.then((ended) => say({ ended }));
  say("up");
  await new Promise((resolve) => process.stdin.once("data", resolve));
  await container.stop();
  await daemon.close();
  say("closed");
  process.stdin.destroy();
}

void main();
