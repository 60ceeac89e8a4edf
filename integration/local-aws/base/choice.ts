/** What is to be behind the gateway. */
export type BaseChoice =
  | { kind: "ministack" }
  | { kind: "localstack"; image: string; withDockerSocket: boolean }
  | { kind: "endpoint"; url: string };

/** The newest release (https://docs.localstack.cloud/references/docker-images/). Since March 2026 it wants a token. */
export const localStackImage = "localstack/localstack:stable";

/** Reads `--base`. @throws Error with a sentence for people */
export function parseBase(
  text: string,
  { image = localStackImage, withDockerSocket = false }: { image?: string; withDockerSocket?: boolean } = {},
): BaseChoice {
  if (text === "ministack") return { kind: "ministack" };
  if (text === "localstack") return { kind: "localstack", image, withDockerSocket };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" || url.pathname !== "/" || url.search || url.hash || url.username) {
    throw new Error("It must be ministack, localstack, or http://HOST:PORT of a base that runs already.");
  }
  if (!isLoopback(url.hostname)) {
    throw new Error(`${url.hostname} is not this machine: no request of a rehearsal leaves it.`);
  }
  return { kind: "endpoint", url: url.origin };
}

/** `localhost` is loopback by definition (https://datatracker.ietf.org/doc/html/rfc6761#section-6.3). */
const isLoopback = (host: string) =>
  host === "localhost" || host === "[::1]" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
