import { createHash, randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { Nodes } from "./nodes";
import { buffer } from "node:stream/consumers";

/** For tests: this machine's Node.js for everything, as where there is no npm registry. */
export const ownNode = new Nodes(os.tmpdir(), undefined, process.versions.node, () =>
  Promise.reject(new Error("not here")),
);

/** The token that the registry below takes; ECR's has the same form. */
export const ecrToken = Buffer.from("AWS:secret").toString("base64");

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void | Promise<void>;

/**
 * For tests: as much of a gateway and of ECR as the runtime uses. Stricter than the base: it asks for credentials, and
 * keeps what was pushed apart by registry and repository.
 */
export class FakeEcr {
  endpoint = "";
  immutable = false;
  /** `HOST/REPOSITORY DIGEST` or `HOST/REPOSITORY TAG`, and the bytes. */
  readonly content = new Map<string, Buffer>();
  /** Requests, as `METHOD PATH`. */
  readonly requests: string[] = [];
  private readonly mounts = new Map<string, Handler>();
  private readonly server = http.createServer((request, response) => void this.answer(request, response));

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.endpoint = `http://127.0.0.1:${(this.server.address() as { port: number }).port}`;
    return this;
  }

  mount(name: string, handler: Handler): void {
    this.mounts.set(name, handler);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { method = "", headers } = request;
    const url = new URL(request.url ?? "/", "http://x");
    const mounted = this.mounts.get(/^\/_greenroom\/(\w+)/.exec(url.pathname)?.[1] ?? "");
    if (mounted) return mounted(request, response);
    const body = await buffer(request);
    const send = (status: number, answer: Buffer | object = {}, more: http.OutgoingHttpHeaders = {}) => {
      const bytes = Buffer.isBuffer(answer) ? answer : Buffer.from(JSON.stringify(answer));
      response
        .writeHead(status, { ...more, "content-length": bytes.length })
        .end(method === "HEAD" ? "" : bytes);
    };
    if (headers["x-amz-target"]) return send(200, { authorizationData: [{ authorizationToken: ecrToken }] });
    this.requests.push(`${method} ${url.pathname}`);
    if (headers.authorization !== `Basic ${ecrToken}`) return send(401);
    if (url.pathname === "/v2/") return send(200);
    const [, repository = "", kind, last = ""] =
      /^\/v2\/(.+)\/(blobs|manifests)\/(.+)$/.exec(url.pathname) ?? [];
    const key = (what: string) => `${headers.host}/${repository} ${what}`;
    const digest = `sha256:${createHash("sha256").update(body).digest("hex")}`;
    if (method === "POST")
      return send(202, {}, { location: `/v2/${repository}/blobs/uploads/${randomUUID()}` });
    if (method === "PUT" && kind === "blobs") {
      if (url.searchParams.get("digest") !== digest)
        return send(400, { errors: [{ code: "DIGEST_INVALID" }] });
      this.content.set(key(digest), body);
      return send(201);
    }
    if (method === "PUT") {
      const there = this.content.get(key(last));
      if (this.immutable && there && !there.equals(body))
        return send(400, { errors: [{ code: "TAG_INVALID" }] });
      this.content.set(key(last), body).set(key(digest), body);
      return send(201);
    }
    const found = this.content.get(key(last));
    send(
      found ? 200 : 404,
      found ?? { errors: [{ code: kind === "manifests" ? "MANIFEST_UNKNOWN" : "BLOB_UNKNOWN" }] },
    );
  }
}

/** A folder with the given files, by path. */
export async function folderOf(files: Record<string, string>): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "greenroom-test-"));
  for (const [name, content] of Object.entries(files)) {
    await fs.mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await fs.writeFile(path.join(folder, name), content);
  }
  return folder;
}
