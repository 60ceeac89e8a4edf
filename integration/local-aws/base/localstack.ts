import type { LocalstackContainer } from "@testcontainers/localstack";
import type { DockerDaemon } from "../containers/docker/daemon";
import type { Base } from "./base";
import { basePort, publishOnLoopback, pullBase, startContainer } from "./container";
import { ContainerWatch } from "./container-watch";
import { healthOf } from "./health";
import { networkEnvironment, networkFile } from "../network";

const name = "LocalStack";
const tokenFile = "/greenroom/auth-token";
/**
 * LocalStack takes its token from its environment and nowhere else
 * (https://docs.localstack.cloud/aws/getting-started/auth-token/), but a container's environment is for everyone to
 * inspect. So the token comes as a file, which is gone before LocalStack starts.
 */
const withToken = `LOCALSTACK_AUTH_TOKEN=$(cat ${tokenFile}) && rm -f ${tokenFile} && export LOCALSTACK_AUTH_TOKEN && exec "$@"`;

const withoutToken = "since March 2026 LocalStack needs a token, and LOCALSTACK_AUTH_TOKEN is not set";

/**
 * Starts LocalStack from an image.
 *
 * @param options.gateway where what LocalStack hands out URLs of is to be found: `127.0.0.1:PORT`
 * @param options.withDockerSocket lets it run functions: it gets the daemon's socket, and with it the machine
 */
export async function startLocalStack(
  runtime: DockerDaemon,
  options: {
    image: string;
    token?: string;
    withDockerSocket: boolean;
    gateway: string;
    logFile: string;
    warn: (message: string) => void;
  },
): Promise<Base> {
  const { image, token, logFile } = options;
  await pullBase(runtime, name, image);
  const watch = new ContainerWatch(runtime, logFile, token);
  // Not at the top: who needs no Docker need not wait for its library.
  const { LocalstackContainer } = await import("@testcontainers/localstack");
  class LoopbackLocalStack extends LocalstackContainer {
    // What the module does here is to set LOCALSTACK_HOST, and to label functions for a reaper that is not used.
    protected override beforeContainerCreated(): Promise<void> {
      publishOnLoopback(this.hostConfig);
      return Promise.resolve();
    }
    protected override containerCreated(id: string): Promise<void> {
      return watch.begin(id);
    }
  }
  const container = new LoopbackLocalStack(image).withEnvironment({
    LOCALSTACK_HOST: options.gateway,
    GATEWAY_LISTEN: `0.0.0.0:${basePort}`,
    // What LocalStack tells its maker beyond the licence check: https://docs.localstack.cloud/references/usage-tracking/
    DISABLE_EVENTS: "1",
  });
  if (options.withDockerSocket) await letItRunFunctions(container, runtime);
  if (token) {
    const { Config } = await runtime.docker.getImage(image).inspect();
    const entryPoint = [Config.Entrypoint ?? []].flat();
    container
      .withCopyContentToContainer([{ content: token, target: tokenFile, mode: 0o400 }])
      .withEntrypoint(["/bin/sh", "-c", withToken, "greenroom", ...entryPoint])
      .withCommand(Config.Cmd ?? []);
  }
  const { url, failed, close } = await startContainer(container, {
    runtime,
    watch,
    name,
    image,
    advice: token ? undefined : withoutToken,
  });
  const { version, services, broken } = await healthOf(url, {
    name: "the base (LocalStack)",
    limitMs: 30_000,
    hint: `its log is ${logFile}`,
  });
  const tag = /:([^:/]+)$/.exec(image)?.[1] ?? "";
  if (/^\d/.test(tag) && !sameRelease(tag, version)) {
    options.warn(`the image ${image} has LocalStack ${version}`);
  }
  for (const service of broken) options.warn(`LocalStack could not start ${service}; another base serves it`);
  // Both of them are containers that LocalStack starts.
  const withoutSocket = ["lambda", "ecr"];
  const served = [...services].filter(
    (service) => options.withDockerSocket || !withoutSocket.includes(service),
  );
  return {
    product: name,
    name: `${name} ${version}`,
    version,
    services: new Set(served),
    url,
    failed,
    close,
  };
}

/** Whether a version begins with what a tag says: 2026.03 has 2026.3.1. */
function sameRelease(tag: string, version: string): boolean {
  const numbers = (text: string) => (text.match(/\d+/g) ?? []).map(Number);
  return numbers(tag).every((number, i) => number === numbers(version)[i]);
}

/** https://docs.localstack.cloud/references/configuration/#lambda */
async function letItRunFunctions(container: LocalstackContainer, runtime: DockerDaemon): Promise<void> {
  const { getContainerRuntimeClient } = await import("testcontainers");
  const { info } = await getContainerRuntimeClient();
  const socket = "/var/run/docker.sock";
  const { endpoint } = runtime.relay;
  const program = "/greenroom/network.cjs";
  const flags = [
    ...Object.entries(runtime.labels).map(([name, value]) => `-l '${name}=${value}'`),
    `-v '${networkFile}:${program}:ro'`,
    ...Object.entries(networkEnvironment(endpoint, program)).map(([name, value]) => `-e '${name}=${value}'`),
  ];
  container
    .withBindMounts([{ source: info.containerRuntime.remoteSocketPath, target: socket }])
    .withEnvironment({
      DOCKER_HOST: `unix://${socket}`,
      LAMBDA_DOCKER_NETWORK: runtime.network.name,
      LAMBDA_DOCKER_FLAGS: flags.join(" "),
    });
}
