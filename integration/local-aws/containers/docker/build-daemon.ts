import type Dockerode from "dockerode";
import { ask } from "./build-exec";
import type { DockerDaemon } from "./daemon";
import { removeContainer } from "./sweep";

/** Wall seconds; AWS's own image gives its daemon as long. */
const startLimitSeconds = 60;

/**
 * Starts the Docker daemon of a privileged build, in its container. AWS's images do that by themselves before a build
 * (https://github.com/aws/aws-codebuild-docker-images, `dockerd-entrypoint.sh`); an image of one's own may have none,
 * and then nothing is started, as on AWS.
 *
 * @throws Error with a sentence for people when it does not come up
 */
export async function startBuildDaemon(
  { docker, relay }: DockerDaemon,
  containerId: string,
  nameservers: readonly string[],
): Promise<void> {
  const options = [
    "--host=unix:///var/run/docker.sock",
    // Docker asks an insecure registry by HTTPS, then by HTTP, which is what the relay speaks: the local ECR.
    // https://docs.docker.com/reference/cli/dockerd/#insecure-registries
    `--insecure-registry=${relay.address}/32`,
    ...nameservers.map((address) => `--dns=${address}`),
  ];
  try {
    await ask(docker, containerId, ["sh", "-c", start, "sh", ...options]);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`the Docker daemon of the build's privileged container did not start: ${said}`, {
      cause: error,
    });
  }
}

const log = "/var/log/docker.log";

const start = `
command -v dockerd > /dev/null || exit 0
# A daemon in a container needs a control group of its own beside that of the container's processes.
# https://github.com/moby/moby/blob/master/hack/dind
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
  mkdir -p /sys/fs/cgroup/init
  xargs -rn1 < /sys/fs/cgroup/cgroup.procs > /sys/fs/cgroup/init/cgroup.procs 2> /dev/null || :
  sed -e 's/ / +/g' -e 's/^/+/' < /sys/fs/cgroup/cgroup.controllers > /sys/fs/cgroup/cgroup.subtree_control || :
fi
mkdir -p /var/log
dockerd "$@" > ${log} 2>&1 < /dev/null &
n=0
until docker info > /dev/null 2>&1; do
  n=$((n + 1))
  if ! kill -0 $! 2> /dev/null; then echo "it ended:"; tail -n 3 ${log}; exit 1; fi
  if [ $n -gt ${startLimitSeconds * 10} ]; then
    echo "Timed out trying to connect to internal docker host."; tail -n 3 ${log}; exit 1
  fi
  sleep 0.1
done
`;

/** Ends the daemon in order, so that what it keeps can be used again. Gives whether it did. */
export async function stopBuildDaemon(docker: Dockerode, containerId: string): Promise<boolean> {
  const stop = `
pid=$(cat /var/run/docker.pid 2> /dev/null) || exit 0
kill "$pid" 2> /dev/null
n=0
while kill -0 "$pid" 2> /dev/null; do
  n=$((n + 1)); [ $n -gt 200 ] && exit 1
  sleep 0.05
done
exit 0
`;
  return ask(docker, containerId, ["sh", "-c", stop]).then(
    () => true,
    () => false,
  );
}

/**
 * The nameservers that the daemon of this machine gives to containers on its own bridge. A daemon within a container of
 * the private network would find only Docker's 127.0.0.11 there, which its own containers do not reach, and fall back to
 * a public one. https://docs.docker.com/engine/network/#dns-services
 */
export async function nameserversOf({ docker, labels }: DockerDaemon, image: string): Promise<string[]> {
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: ["cat"],
    Cmd: ["/etc/resolv.conf"],
    Labels: { ...labels },
    Tty: true,
    HostConfig: { NetworkMode: "bridge" },
  });
  try {
    await container.start();
    await container.wait();
    const text = (await container.logs({ stdout: true })).toString();
    return [...text.matchAll(/^nameserver\s+([\d.]+)\s*$/gm)].map(([, address = ""]) => address);
  } finally {
    await removeContainer(docker, container.id);
  }
}
