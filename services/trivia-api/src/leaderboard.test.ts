import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { reportTo } from "./leaderboard";

async function listen(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A first request may take longer than usual on a busy machine. */
const PATIENT_MS = 10_000;

/** A log that keeps its lines, and waits for them. */
function memoryLog() {
  const lines: string[] = [];
  const log = (level: string, message: string, more: Record<string, unknown> = {}) =>
    void lines.push(`${level} ${message}${more.error === undefined ? "" : `: ${String(more.error)}`}`);
  const until = async (count: number) => {
    for (let i = 0; lines.length < count && i < 400; i++) await pause(20);
    return lines;
  };
  return { log, lines, until };
}

test("a score is sent as the leaderboard takes it", async (t) => {
  const got: unknown[] = [];
  const url = await listen(t, (request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      got.push([request.method, request.url, request.headers["content-type"], body]);
      response.end("{}");
    });
  });
  const { log, lines } = memoryLog();
  reportTo(url, log, PATIENT_MS)("ada", 10);
  for (let i = 0; got.length === 0 && i < 400; i++) await pause(20);
  assert.deepEqual(got, [
    ["POST", "/api/leaderboard/scores", "application/json", JSON.stringify({ player: "ada", points: 10 })],
  ]);
  assert.deepEqual(lines, []);
});

test("one that fails, is slow or is not there is logged once, and never thrown", async (t) => {
  const failing = await listen(t, (_, response) => response.writeHead(500).end());
  const slow = await listen(t, () => undefined);
  const cases: [string, number, RegExp][] = [
    [failing, PATIENT_MS, /^error the leaderboard cannot be told of scores: status 500$/],
    [slow, 50, /^error the leaderboard cannot be told of scores: .*timeout/],
    ["http://127.0.0.1:2", PATIENT_MS, /^error the leaderboard cannot be told of scores: fetch failed: connect ECONN/],
  ];
  for (const [url, timeoutMs, line] of cases) {
    const { log, until } = memoryLog();
    const report = reportTo(url, log, timeoutMs);
    report("ada", 10);
    report("ada", 10);
    const lines = await until(1);
    await pause(120);
    assert.equal(lines.length, 1, url);
    assert.match(lines[0] ?? "", line);
  }
});

test("that it is back is logged", async (t) => {
  let status = 503;
  const url = await listen(t, (_, response) => response.writeHead(status).end());
  const { log, until } = memoryLog();
  const report = reportTo(url, log, PATIENT_MS);
  report("ada", 10);
  await until(1);
  status = 200;
  report("ada", 10);
  assert.equal((await until(2))[1], "info the leaderboard is back");
});

test("at most twenty are under way", async (t) => {
  let arrived = 0;
  const url = await listen(t, () => void (arrived += 1));
  const report = reportTo(url, memoryLog().log, PATIENT_MS);
  for (let i = 0; i < 50; i++) report("ada", 10);
  for (let i = 0; arrived < 20 && i < 200; i++) await pause(20);
  await pause(200);
  assert.equal(arrived, 20);
});

test("without a leaderboard nothing is sent", () => {
  reportTo(undefined, () => assert.fail("nothing to log"))("ada", 10);
});
