// Runs against any address of the service, with plain Node.js and nothing to install:
//   SERVICE_URL=http://127.0.0.1:8080 node --test integration-tests/trivia-api.test.mjs
// Only reads; safe in production.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const { SERVICE_URL } = process.env;
if (SERVICE_URL === undefined || !URL.canParse(SERVICE_URL)) {
  throw new Error(`SERVICE_URL is ${JSON.stringify(SERVICE_URL)}: set it to the address of the service`);
}

/** The release that these tests came with, when they run from a release bundle. */
const releaseFile = new URL("../release.json", import.meta.url);
const release = existsSync(releaseFile) ? JSON.parse(readFileSync(releaseFile, "utf8")) : {};
/** A version, or the whole commit id that it is the beginning of. */
const expectedVersion = (process.env.EXPECTED_VERSION || release.version || "").slice(0, 12);

const REQUEST_MS = 5_000;

/**
 * @param {string} path
 * @param {RequestInit} [init]
 */
async function call(path, init = {}) {
  const response = await fetch(new URL(path, SERVICE_URL), {
    ...init,
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  const version = response.headers.get("x-service-version");
  const score = response.headers.get("x-player-score");
  /** @type {any} What it is, the tests find out. */
  const body = await response.json();
  return { status: response.status, version, score, body };
}

/** @param {unknown} body */
function post(body) {
  return { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

test("the service is healthy", async () => {
  const { status, body } = await call("/health");
  assert.deepEqual({ status, body }, { status: 200, body: { status: "ok" } });
});

test("one version answers, the expected one", async () => {
  const versions = new Set();
  for (let i = 0; i < 8; i++) versions.add((await call("/api/trivia/all")).version);
  assert.equal(versions.size, 1, `several versions answered: ${[...versions].join(", ")}`);
  const [version] = versions;
  assert.ok(version, "x-service-version is missing");
  if (expectedVersion !== "") assert.equal(version, expectedVersion);
});

test("every question in the list can be read, and hides its answer", async () => {
  const { status, body } = await call("/api/trivia/all");
  assert.equal(status, 200);
  assert.ok(body.categories.length > 0, "there is no category");
  for (const { name, questions } of body.categories) {
    assert.ok(questions.length > 0, `category ${name} has no question`);
    for (const question of questions) {
      const one = await call(`/api/trivia/question/${question.id}`);
      assert.deepEqual([one.status, one.body], [200, { ...question, category: name }]);
      assert.ok(!("answer" in one.body), `question ${question.id} tells its answer`);
    }
  }
});

test("one of a question's choices is right", async () => {
  const { body: question } = await call("/api/trivia/question/1");
  const right = [];
  for (const choice of question.choices) {
    const { status, body } = await call("/api/trivia/question/1/answer", post({ answer: choice }));
    assert.deepEqual([status, body.id], [200, 1]);
    if (body.correct) right.push(choice);
  }
  assert.deepEqual(right, ["Jupiter"]);
});

test("a returning player's score is echoed", async () => {
  const { status, score } = await call("/api/trivia/question/1", { headers: { cookie: "player=ada.42" } });
  assert.deepEqual([status, score], [200, "42"]);
});

test("bad requests are refused with 4xx", async () => {
  const statuses = [
    (await call("/api/trivia/nothing")).status,
    (await call("/api/trivia/question/999999")).status,
    (await call("/api/trivia/question/1/answer", post({}))).status,
  ];
  assert.deepEqual(statuses, [404, 404, 400]);
});
