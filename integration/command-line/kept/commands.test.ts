import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import type { Progress } from "../../rehearsal/progress";
import { ask } from "./client";
import { readKept, writeKept } from "./file";
import { keptHeader, type Handlers } from "./protocol";
import { serveCommands } from "./server";
import type { Standing } from "./standing";

/** What somebody would see. */
function shown(): { progress: Progress; lines: string[] } {
  const lines: string[] = [];
  const say = (kind: string) => (text: string) => void lines.push(`${kind}: ${text}`);
  const progress = {
    step: say("step"),
    done: say("done"),
    fail: say("fail"),
    status: () => undefined,
    close: () => undefined,
  };
  return { progress, lines };
}

describe("commands to a kept local AWS", () => {
  let folder: string;
  let file: string;
  let handlers: Handlers;
  let server: Awaited<ReturnType<typeof serveCommands>>;
  let remove: () => void;
  const nothing: Standing = { endpoint: "http://127.0.0.1:1", services: [] };
  const ended: string[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), "greenroom-test-"));
    file = path.join(folder, ".greenroom", "kept.json");
    handlers = {
      status: () => Promise.resolve(nothing),
      release: async (_asked, progress, signal) => {
        progress.step("begins");
        await once(signal, "abort");
        ended.push("release");
        throw new Error("nobody waits");
      },
    };
    server = await serveCommands(handlers);
    remove = writeKept(server, file);
  });
  afterEach(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  const status = (progress = shown().progress) => ask("status", {}, progress, file);

  it("gives what happens meanwhile, and the result", async () => {
    handlers.status = (_asked, progress) => {
      progress.step("looks");
      progress.done("has looked");
      return Promise.resolve(nothing);
    };
    const { progress, lines } = shown();
    assert.deepEqual(await status(progress), nothing);
    assert.deepEqual(lines, ["step: looks", "done: has looked"]);
  });

  it("passes on why something could not be done", async () => {
    handlers.status = () => Promise.reject(new Error("the pipeline is at work"));
    await assert.rejects(status(), { message: "the pipeline is at work" });
  });

  it("keeps address and token from everybody else's eyes, also where a file of more was left", () => {
    assert.equal(statSync(file).mode & 0o777, 0o600);
    writeFileSync(path.join(folder, "open.json"), "{}", { mode: 0o644 });
    writeKept(server, path.join(folder, "open.json"));
    assert.equal(statSync(path.join(folder, "open.json")).mode & 0o777, 0o600);
  });

  it("refuses whoever has no token, or another", async () => {
    for (const headers of [{}, { authorization: "Bearer x" }, { authorization: `Bearer ${server.token}x` }]) {
      const answer = await fetch(`${server.url}/status`, {
        method: "POST",
        headers: headers as Record<string, string>,
      });
      assert.equal(answer.status, 401);
    }
  });

  it("knows no other command", async () => {
    const headers = { authorization: `Bearer ${server.token}` };
    for (const name of ["stop", "toString", ""])
      assert.equal((await fetch(`${server.url}/${name}`, { method: "POST", headers })).status, 404);
  });

  it("tells a command that whoever asked for it has gone", async () => {
    const request = http.request(`${server.url}/release`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.token}` },
    });
    request.on("error", () => undefined);
    request.end("{}");
    await once(request, "response");
    request.destroy();
    for (let i = 0; i < 100 && ended.length === 0; i++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(ended, ["release"]);
  });

  it("says what to do when no local AWS is kept", async () => {
    remove();
    assert.equal(existsSync(file), false);
    await assert.rejects(status(), {
      message: "no local AWS is kept by this clone: start one with npx greenroom rehearse --keep",
    });
  });

  it("recognises what a local AWS has left that was killed, and removes it", async () => {
    server.close();
    await assert.rejects(status(), {
      message: "the local AWS that this clone kept has ended: start one with npx greenroom rehearse --keep",
    });
    assert.equal(existsSync(file), false);
  });

  it("recognises that somebody else has its port now", async () => {
    const other = http.createServer((_request, response) => response.end("hello")).listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    writeKept({ url: `http://127.0.0.1:${port}`, token: "t" }, file);
    await assert.rejects(status(), { message: /has ended/ });
    other.close();
  });

  it("says so when it ends in the middle", async () => {
    handlers.status = () => new Promise(() => server.close());
    await assert.rejects(status(), { message: /^the local AWS ended meanwhile/ });
  });

  it("leaves the file of another one that has taken its place", () => {
    const newer = { url: "http://127.0.0.1:1", token: "newer" };
    writeKept(newer, file);
    remove();
    assert.deepEqual(readKept(file), newer);
  });

  it("says who it is in every answer", async () => {
    assert.equal((await fetch(server.url)).headers.get(keptHeader), "1");
  });
});
