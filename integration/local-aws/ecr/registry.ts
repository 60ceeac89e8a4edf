import type { Readable } from "node:stream";
import { request } from "undici";
import { ServiceError } from "../core/errors";

/** An account's registry, by the HTTP API that the base serves. https://distribution.github.io/distribution/spec/api/ */
export class Registry {
  constructor(
    private readonly endpoint: string,
    /** `ACCOUNT.dkr.ecr.REGION.amazonaws.com`: how the base knows whose registry it is. */
    private readonly host: string,
    /** A token that this registry takes. */
    private readonly password: string,
  ) {}

  send(
    method: "GET" | "HEAD" | "POST" | "PUT",
    path: string,
    body?: Buffer | Readable,
    contentType?: string,
  ) {
    return request(`${this.endpoint}${path}`, {
      method,
      headers: {
        host: this.host,
        authorization: `Basic ${Buffer.from(`AWS:${this.password}`).toString("base64")}`,
        ...(contentType ? { "content-type": contentType } : {}),
      },
      body,
    });
  }

  async hasLayer(repository: string, digest: string): Promise<boolean> {
    const answer = await this.send("HEAD", `/v2/${repository}/blobs/${digest}`);
    await answer.body.dump();
    return answer.statusCode === 200;
  }

  async putLayer(repository: string, digest: string, layer: Buffer): Promise<void> {
    const begun = await this.send("POST", `/v2/${repository}/blobs/uploads/`);
    const location = String(begun.headers.location ?? "");
    await expectStatus(begun, 202);
    const { pathname } = new URL(location, this.endpoint);
    await expectStatus(
      await this.send("PUT", `${pathname}?digest=${encodeURIComponent(digest)}`, layer),
      201,
    );
  }

  async putManifest(
    repository: string,
    reference: string,
    manifest: string,
    mediaType: string,
  ): Promise<void> {
    const path = `/v2/${repository}/manifests/${reference}`;
    await expectStatus(await this.send("PUT", path, Buffer.from(manifest), mediaType), 201);
  }
}

async function expectStatus(
  answer: { statusCode: number; body: { text(): Promise<string> } },
  status: number,
): Promise<void> {
  const text = await answer.body.text();
  if (answer.statusCode === status) return;
  const [first] = (parse(text) as { errors?: { code?: string; message?: string }[] }).errors ?? [];
  const code = first?.code === "NAME_UNKNOWN" ? "RepositoryNotFoundException" : "ServerException";
  const immutable = first?.code === "TAG_INVALID" || first?.code === "DENIED";
  throw new ServiceError(
    immutable ? "ImageTagAlreadyExistsException" : code,
    first?.message ?? `status ${answer.statusCode}`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
