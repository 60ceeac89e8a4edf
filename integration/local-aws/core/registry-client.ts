import type { Readable } from "node:stream";
import { request, type Dispatcher } from "undici";

/** What a registry answered when it did not do what it was asked. */
export class RegistryRefusal extends Error {
  override name = "RegistryRefusal";

  constructor(
    readonly status: number,
    /** E.g. `NAME_UNKNOWN`. https://distribution.github.io/distribution/spec/api/#errors-2 */
    readonly code: string | undefined,
    message: string,
  ) {
    super(message);
  }
}

/**
 * A client of a registry's HTTP API (https://distribution.github.io/distribution/spec/api/), which the base serves for
 * ECR's registries. It is reached through the gateway, by the registry's name in the Host header.
 */
export class RegistryClient {
  private readonly authorization: string;

  /**
   * @param host `ACCOUNT.dkr.ecr.REGION.amazonaws.com`
   * @param token `user:password` in base64, as ECR's GetAuthorizationToken gives it
   */
  constructor(
    private readonly endpoint: string,
    readonly host: string,
    token: string,
    private readonly signal?: AbortSignal,
  ) {
    this.authorization = `Basic ${token}`;
  }

  /** Whether the registry takes the token: the status of its answer. */
  async check(): Promise<number> {
    const answer = await this.send("GET", "/v2/");
    await answer.body.dump();
    return answer.statusCode;
  }

  /** @throws RegistryRefusal */
  async hasBlob(repository: string, digest: string): Promise<boolean> {
    const answer = await this.send("HEAD", `/v2/${repository}/blobs/${digest}`);
    await answer.body.dump();
    if (answer.statusCode === 200) return true;
    if (answer.statusCode === 404) return false;
    throw new RegistryRefusal(answer.statusCode, undefined, `status ${answer.statusCode} for ${digest}`);
  }

  /** @throws RegistryRefusal */
  async putBlob(repository: string, digest: string, size: number, body: Buffer | Readable): Promise<void> {
    const begun = await expecting(202, await this.send("POST", `/v2/${repository}/blobs/uploads/`));
    await begun.body.dump();
    const location = new URL(String(begun.headers.location), `https://${this.host}`);
    location.searchParams.set("digest", digest);
    const done = await this.send("PUT", location.pathname + location.search, body, {
      "content-type": "application/octet-stream",
      "content-length": String(size),
    });
    await (await expecting(201, done)).body.dump();
  }

  /** @throws RegistryRefusal */
  async getBlob(repository: string, digest: string): Promise<Dispatcher.ResponseData["body"]> {
    return (await expecting(200, await this.send("GET", `/v2/${repository}/blobs/${digest}`))).body;
  }

  /** @throws RegistryRefusal */
  async putManifest(repository: string, reference: string, body: Buffer, mediaType: string): Promise<void> {
    const answer = await this.send("PUT", `/v2/${repository}/manifests/${reference}`, body, {
      "content-type": mediaType,
    });
    await (await expecting(201, answer)).body.dump();
  }

  /**
   * @param accept the media type that is wanted; whatever it is, without it
   * @throws RegistryRefusal
   */
  async getManifest(repository: string, reference: string, accept?: string): Promise<Buffer> {
    const path = `/v2/${repository}/manifests/${reference}`;
    const answer = await this.send("GET", path, undefined, accept === undefined ? {} : { accept });
    return Buffer.from(await (await expecting(200, answer)).body.arrayBuffer());
  }

  /** Sends any request of the API. */
  send(
    method: Dispatcher.HttpMethod,
    path: string,
    body?: Buffer | Readable,
    headers?: Record<string, string>,
  ): Promise<Dispatcher.ResponseData> {
    return request(`${this.endpoint}${path}`, {
      method,
      body,
      signal: this.signal,
      headers: { ...headers, host: this.host, authorization: this.authorization },
    });
  }
}

async function expecting(status: number, answer: Dispatcher.ResponseData): Promise<Dispatcher.ResponseData> {
  if (answer.statusCode === status) return answer;
  const text = await answer.body.text();
  const { code, message } = firstError(text);
  throw new RegistryRefusal(answer.statusCode, code, message ?? text.slice(0, 300));
}

function firstError(text: string): { code?: string; message?: string } {
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: string; message?: string }[] };
    return errors?.[0] ?? {};
  } catch {
    return {};
  }
}
