import { request } from "undici";
import type { Gateway } from "./core/gateway";

const registry = /https:\/\/(\d{12})\.dkr\.ecr\.([\w-]+)\.amazonaws\.com\//;

/**
 * Makes the URL that GetDownloadUrlForLayer gives one that can be fetched here: like the pre-signed URL that it is on
 * AWS, it needs no credentials and no name of a registry.
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetDownloadUrlForLayer.html
 */
export function layerDownloads(gateway: Gateway, endpoint: string): void {
  gateway.watch("ecr", {
    after: async ({ headers }, answer) => {
      if (!String(headers["x-amz-target"]).endsWith(".GetDownloadUrlForLayer")) return undefined;
      const body = answer.body.toString().replace(registry, `${endpoint}/_greenroom/layers/$1/$2/`);
      return { ...answer, body: Buffer.from(body) };
    },
  });
  gateway.mount("layers", async ({ url = "" }, response) => {
    const [, account, region, path] = /^\/_greenroom\/layers\/(\d{12})\/([\w-]+)(\/v2\/.+\/blobs\/.+)$/.exec(url) ?? [];
    if (!account || !path) return void response.writeHead(404).end();
    const host = `${account}.dkr.ecr.${region}.amazonaws.com`;
    const answer = await request(`${endpoint}${path}`, {
      headers: { host, authorization: `Basic ${Buffer.from(`AWS:${account}`).toString("base64")}` },
    });
    response.writeHead(answer.statusCode, answer.headers);
    for await (const chunk of answer.body) response.write(chunk);
    response.end();
  });
}
