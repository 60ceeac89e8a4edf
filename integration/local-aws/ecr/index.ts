import { pipeline } from "node:stream/promises";
import * as sdk from "@aws-sdk/client-ecr";
import type { Acting, Beside, Listener } from "../core/acting";
import type { Aws } from "../core/aws";
import { Model } from "../core/model";
import { actingService } from "../core/service";
import { RegistryClient } from "../core/registry-client";
import { isForRegistry, registryFront } from "./front";
import { emits, pushedImage, putImageAction } from "./image-events";
import { layerUploads } from "./layers";
import { authorization, RegistryTokens, type Tenant } from "./tokens";

const downloadUrl = /https:\/\/(\d{12})\.dkr\.ecr\.([\w-]+)\.amazonaws\.com\//;

/**
 * What the base's ECR lacks: layers that go in and out through the API, as a promotion copies them, and tokens that
 * registries ask for.
 *
 * @param prefix what the container runtime puts before a repository's name when it pulls
 */
export function ecr(
  { endpoint, warn, events }: Pick<Aws, "endpoint" | "warn" | "events">,
  prefix?: string,
): Acting {
  const tokens = new RegistryTokens();
  const registryOf = ({ account, region }: Tenant) => {
    const { password } = tokens.issue({ account, region });
    const token = Buffer.from(`AWS:${password}`).toString("base64");
    return new RegistryClient(endpoint, `${account}.dkr.ecr.${region}.amazonaws.com`, token);
  };
  const handlers = { ...layerUploads(registryOf), ...authorization(tokens) };
  const pushed = (tenant: Tenant, path: string) =>
    void pushedImage(registryOf(tenant), tenant, path)
      .then((image) => image && putImageAction(events, image))
      .catch((error: unknown) => warn(`the event of a push to ${path} was not told: ${String(error)}`));
  // A container reaches the gateway at another address than this machine: at the one that it has called.
  const askedAt = (host = "") => (/^\d+(\.\d+){3}:\d+$/.test(host) ? `http://${host}` : endpoint);

  const model = new Model(sdk);
  const after: Beside["after"] = async (call, answer) => {
    const { asked, operation } = model.operationOf(call);
    if (!operation) return undefined;
    if (asked === "BatchDeleteImage") {
      const { repositoryName: repository = "" } = model.readInput(
        operation,
        call,
      ) as sdk.BatchDeleteImageRequest;
      const { imageIds = [] } = model.readOutput(operation, call, answer) as sdk.BatchDeleteImageResponse;
      const { account, region } = call.caller;
      for (const { imageDigest: digest = "", imageTag: tag } of imageIds)
        putImageAction(events, { account, region, type: "DELETE", repository, digest, tag });
    }
    // On AWS this is a pre-signed URL: it needs no credentials. Here, it needs no name of a registry either.
    // https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetDownloadUrlForLayer.html
    if (asked !== "GetDownloadUrlForLayer") return undefined;
    const output = model.readOutput(operation, call, answer) as sdk.GetDownloadUrlForLayerResponse;
    const layers = `${askedAt(call.headers.host)}/_greenroom/layers/$1/$2/`;
    return model.writeOutput(operation, call, {
      ...output,
      downloadUrl: output.downloadUrl?.replace(downloadUrl, layers),
    });
  };

  const layers: Listener = async ({ url = "" }, response) => {
    const parts = /^\/_greenroom\/layers\/(\d{12})\/([\w-]+)(\/v2\/.+\/blobs\/.+)$/.exec(url);
    const [, account, region, path] = parts ?? [];
    if (!account || !region || !path) return void response.writeHead(404).end();
    const answer = await registryOf({ account, region }).send("GET", path);
    response.writeHead(answer.statusCode, answer.headers);
    await pipeline(answer.body, response);
  };

  return {
    ...actingService({ name: "ECR", signingName: "ecr", sdk, handlers, warn }),
    beside: { after },
    hosts: [{ matches: isForRegistry, handler: registryFront(tokens, prefix, pushed) }],
    mounts: { layers },
    emits: [emits],
  };
}
