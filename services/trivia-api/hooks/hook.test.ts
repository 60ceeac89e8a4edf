import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { createTriviaServer } from "../src/server";
import { type HookStatus, type Limits, runHook } from "./hook";

const EVENT = { DeploymentId: "d-123", LifecycleEventHookExecutionId: "hook-1" };
const ONCE: Limits = { requestMs: 10_000, attempts: 1, pauseMs: 1, totalMs: 15_000 };

async function listen(t: TestContext, server: Server): Promise<string> {
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Runs the hook; returns what it reported and which checks it logged as failed. */
async function run(t: TestContext, url: string | undefined, limits = ONCE) {
  const reports: unknown[] = [];
  const log = t.mock.method(console, "log", () => undefined);
  const status = await runHook(
    EVENT,
    url,
    async (event, reported) => reports.push([event, reported]),
    limits,
  );
  const line = JSON.parse(String(log.mock.calls[0]?.arguments[0])) as {
    status: HookStatus;
    failures: string[];
  };
  assert.deepEqual(reports, [[EVENT, status]]);
  assert.equal(line.status, status);
  return { status, failures: line.failures };
}

test("the service as it is: Succeeded", async (t) => {
  const url = await listen(
    t,
    createTriviaServer("v1", () => undefined),
  );
  assert.deepEqual(await run(t, url), { status: "Succeeded", failures: [] });
});

test("a service that fails: Failed, and every failed check is named with its answer", async (t) => {
  const url = await listen(
    t,
    createServer((_, response) => response.writeHead(500).end("boom")),
  );
  assert.deepEqual(await run(t, url), {
    status: "Failed",
    failures: [
      "health: /health answered 500: boom",
      "all questions: /api/trivia/all answered 500: boom",
      "one question: /api/trivia/question/1 answered 500: boom",
      "right answer: /api/trivia/question/1/answer answered 500: boom",
      "wrong answer: /api/trivia/question/1/answer answered 500: boom",
    ],
  });
});

test("a service that answers 200 with the wrong contents: Failed", async (t) => {
  const answers = ['{"status":"ok"}', '{"categories":[]}', '{"id":2}', '{"id":1,"correct":false}', "fine"];
  const server = createServer((_, response) => {
    response.writeHead(200, { "x-service-version": "v1" }).end(answers.shift());
  });
  assert.deepEqual((await run(t, await listen(t, server))).failures, [
    'all questions: no category science in {"categories":[]}',
    'one question: not question 1: {"id":2}',
    'right answer: expected {"id":1,"correct":true}, got {"id":1,"correct":false}',
    "wrong answer: /api/trivia/question/1/answer answered something that is not JSON: fine",
  ]);
});

test("a service that does not say its version: Failed", async (t) => {
  const url = await listen(
    t,
    createServer((_, response) => response.end("{}")),
  );
  assert.equal((await run(t, url)).failures[0], "health: /health answered without x-service-version");
});

test("a service that never answers: Failed when the total time is over", async (t) => {
  const url = await listen(t, createServer());
  const { status, failures } = await run(t, url, { requestMs: 60, attempts: 100, pauseMs: 1, totalMs: 100 });
  assert.deepEqual([status, failures.length], ["Failed", 5]);
  assert.match(failures[0] ?? "", /^health: The operation was aborted due to timeout$/);
});

test("nobody listens: Failed with the reason", async (t) => {
  // Not a port that was free a moment ago: another test may listen there by now, and would meet the hook's requests.
  const url = "http://127.0.0.1:2";
  assert.match((await run(t, url)).failures[0] ?? "", /^health: fetch failed: connect ECONNREFUSED/);
});

test("a first attempt that fails is tried again", async (t) => {
  let requests = 0;
  const trivia = createTriviaServer("v1", () => undefined);
  const server = createServer((request, response) => {
    requests += 1;
    if (requests === 1) response.writeHead(503).end();
    else trivia.emit("request", request, response);
  });
  const { status } = await run(t, await listen(t, server), { ...ONCE, attempts: 2 });
  assert.deepEqual([status, requests], ["Succeeded", 10]);
});

for (const url of [undefined, "not a url"]) {
  test(`TEST_URL ${JSON.stringify(url)}: Failed, and the log says what to set`, async (t) => {
    assert.deepEqual(await run(t, url), {
      status: "Failed",
      failures: [`TEST_URL is ${JSON.stringify(url)}: set it to the address of the test listener`],
    });
  });
}

test("a report that cannot be sent is thrown", async (t) => {
  t.mock.method(console, "log", () => undefined);
  const report = () => Promise.reject(new Error("AccessDenied"));
  await assert.rejects(runHook(EVENT, undefined, report, ONCE), /^Error: AccessDenied$/);
});
