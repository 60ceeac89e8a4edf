import type { DockerDaemon } from "../containers/docker/daemon";
import { networkEnvironment, networkFile } from "../network";
import type { Base } from "./base";
import { basePort, publishOnLoopback, pullBase, startContainer } from "./container";
import { ContainerWatch } from "./container-watch";
import { healthOf } from "./health";
import { expectMiniStack, miniStackImage } from "./ministack";

const name = "MiniStack";
const networkProgram = "/greenroom/network.cjs";

/** Starts MiniStack from its image: where there is Docker and no Python. */
export async function startMiniStackImage(runtime: DockerDaemon, logFile: string): Promise<Base> {
  const image = miniStackImage();
  await pullBase(runtime, name, image);
  const watch = new ContainerWatch(runtime, logFile);
  // Not at the top: who needs no Docker need not wait for its library.
  const { GenericContainer, Wait } = await import("testcontainers");
  class MiniStackContainer extends GenericContainer {
    protected override beforeContainerCreated(): Promise<void> {
      publishOnLoopback(this.hostConfig);
      return Promise.resolve();
    }
    protected override containerCreated(id: string): Promise<void> {
      return watch.begin(id);
    }
  }
  const gateway = runtime.relay.endpoint;
  const container = new MiniStackContainer(image)
    .withExposedPorts(basePort)
    .withEnvironment({
      GATEWAY_PORT: String(basePort),
      LOG_LEVEL: "WARNING",
      LAMBDA_EXECUTOR: "local",
      // For the functions that it runs, as for those of the virtual environment.
      ...networkEnvironment(gateway, networkProgram),
    })
    .withCopyFilesToContainer([{ source: networkFile, target: networkProgram, mode: 0o444 }])
    .withWaitStrategy(
      Wait.forHttp("/_ministack/health", basePort, { abortOnContainerExit: true }).withReadTimeout(250),
    )
    .withStartupTimeout(60_000);
  const { url, failed, close } = await startContainer(container, {
    runtime,
    watch,
    name,
    image,
  });
  const health = await healthOf(url, {
    name: "the base (MiniStack)",
    limitMs: 10_000,
    hint: `its log is ${logFile}`,
  });
  return { ...expectMiniStack(health, `the image ${image}`), url, failed, close };
}
