import { pipeline } from "node:stream/promises";
import * as sdk from "@aws-sdk/client-ecr";
import { actingService } from "../core/service";
import type { Aws } from "../core/aws";
import type { Gateway } from "../core/gateway";
import { isForRegistry, registryFront } from "./front";
import { pushedImage, putImageAction } from "./image-events";
import { layerUploads } from "./layers";
import { Registry } from "./registry";
import { authorization, RegistryTokens, type Tenant } from "./tokens";

const downloadUrl = /https:\/\/(\d{12})\.dkr\.ecr\.([\w-]+)\.amazonaws\.com\//;

/**
 * What the base's ECR lacks: layers that go in and out through the API, as a promotion copies them, and tokens that
 * registries ask for.
 *
 * @param prefix what the container runtime puts before a repository's name when it pulls
 */
export function besideEcr(
  gateway: Gateway,
  { endpoint, warn, events }: Pick<Aws, "endpoint" | "warn" | "events">,
  prefix?: string,
): void {
  const tokens = new RegistryTokens();
  const registryOf = ({ account, region }: Tenant) => {
    const { password } = tokens.issue({ account, region });
    return new Registry(endpoint, `${account}.dkr.ecr.${region}.amazonaws.com`, password);
  };
  const handlers = { ...layerUploads(registryOf), ...authorization(tokens) };
  const service = actingService({ name: "ECR", signingName: "ecr", sdk, handlers, warn });
  const pushed = (tenant: Tenant, path: string) =>
    void pushedImage(registryOf(tenant), tenant, path)
      .then((image) => image && putImageAction(events, image))
      .catch((error: unknown) => warn(`the event of a push to ${path} was not told: ${String(error)}`));
  gateway.host(isForRegistry, registryFront(gateway, tokens, prefix, pushed));
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
    after: async ({ headers, body: sent, caller }, answer) => {
      if (operationOf(headers) === "BatchDeleteImage") {
        const { repositoryName: repository = "" } = JSON.parse(
          sent.toString(),
        ) as sdk.BatchDeleteImageRequest;
        const { imageIds = [] } = JSON.parse(answer.body.toString()) as sdk.BatchDeleteImageResponse;
        const { account, region } = caller;
        for (const { imageDigest: digest = "", imageTag: tag } of imageIds)
          putImageAction(events, { account, region, type: "DELETE", repository, digest, tag });
      }
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
