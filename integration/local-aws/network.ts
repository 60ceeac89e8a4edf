import path from "node:path";

/** What makes Node.js programs find load balancers. */
export const networkFile = path.resolve(__dirname, "network.cjs");

/**
 * What sends a program's calls to AWS, and to load balancers, to the gateway.
 *
 * @param file where the program finds `network.cjs`
 */
export function networkEnvironment(gateway: string, file = networkFile): Record<string, string> {
  const direct = [...new Set(["127.0.0.1", "localhost", new URL(gateway).hostname])].join(",");
  return {
    GREENROOM_GATEWAY: gateway,
    AWS_ENDPOINT_URL: gateway,
    // There is no instance here whose credentials could be asked for.
    AWS_EC2_METADATA_DISABLED: "true",
    NODE_OPTIONS: nodeOptions("", file),
    http_proxy: gateway,
    no_proxy: direct,
    NO_PROXY: direct,
  };
}

/** The program's own NODE_OPTIONS, with our network in front. */
export function nodeOptions(own: string, file = networkFile): string {
  return `--require ${JSON.stringify(file)} ${own}`.trim();
}
