import { pipeline } from "node:stream/promises";
import * as sdk from "@aws-sdk/client-ecr";
import { actingService } from "../core/service";
import type { Gateway } from "../core/gateway";
import { isForRegistry, registryFront } from "./front";
import { layerUploads } from "./layers";
import { Registry } from "./registry";
import { authorization, RegistryTokens, type Tenant } from "./tokens";

const downloadUrl = /https:\/\/(\d{12})\.dkr\.ecr\.([\w-]+)\.amazonaws\.com\//;

/**
 * What the base's ECR lacks: layers that go in and out through the API, as a promotion copies them, and tokens that
 * registries ask for.
 *
 * @param prefix what the container engine puts before a repository's name when it pulls
 */
export function besideEcr(
  gateway: Gateway,
  endpoint: string,
  warn: (message: string) => void,
  prefix?: string,
): void {
  const tokens = new RegistryTokens();
  const registryOf = ({ account, region }: Tenant) => {
    const { password } = tokens.issue({ account, region });
    return new Registry(endpoint, `${account}.dkr.ecr.${region}.amazonaws.com`, password);
  };
  const handlers = { ...layerUploads(registryOf), ...authorization(tokens) };
  const service = actingService({ name: "ECR", signingName: "ecr", sdk, handlers, warn });
  gateway.host(isForRegistry, registryFront(gateway, tokens, prefix));
  // A container reaches the gateway at another address than this machine: at the one that it has called.
  const askedAt = (host = "") => (/^\d+(\.\d+){3}:\d+$/.test(host) ? `http://${host}` : endpoint);
  const operationOf = (headers: NodeJS.Dict<string | string[]>) =>
    String(headers["x-amz-target"]).split(".")[1] ?? "";

  gateway.watch("ecr", {
    instead: async ({ headers, body, caller }) => {
      if (!(operationOf(headers) in handlers)) return undefined;
      const answer = await service.call(operationOf(headers), body, caller);
      return {
        status: answer.status,
        headers: {
          "content-type": "application/x-amz-json-1.1",
          ...(answer.error ? { "x-amzn-errortype": answer.error } : {}),
        },
        body: answer.body,
      };
    },
    // On AWS this is a pre-signed URL: it needs no credentials. Here, it needs no name of a registry either.
    // https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetDownloadUrlForLayer.html
    after: async ({ headers }, answer) => {
      if (operationOf(headers) !== "GetDownloadUrlForLayer") return undefined;
      const body = answer.body
        .toString()
        .replace(downloadUrl, `${askedAt(headers.host)}/_greenroom/layers/$1/$2/`);
      return { ...answer, body: Buffer.from(body) };
    },
  });

  gateway.mount("layers", async ({ url = "" }, response) => {
    const parts = /^\/_greenroom\/layers\/(\d{12})\/([\w-]+)(\/v2\/.+\/blobs\/.+)$/.exec(url);
    const [, account, region, path] = parts ?? [];
    if (!account || !region || !path) return void response.writeHead(404).end();
    const answer = await registryOf({ account, region }).send("GET", path);
    response.writeHead(answer.statusCode, answer.headers);
    await pipeline(answer.body, response);
  });
}
