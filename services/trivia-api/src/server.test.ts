import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { text } from "node:stream/consumers";
import { questions } from "./questions";
import { createTriviaServer } from "./server";

const ANSWER = "/api/trivia/question/1/answer";
const logged: unknown[][] = [];
const server = createTriviaServer("v1.2-test", (...line) => logged.push(line));
let base = "";

before(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

after(() => {
  server.close();
  server.closeAllConnections();
});

interface Answer {
  status: number;
  body: unknown;
  headers: Headers;
}

async function call(path: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(base + path, init);
  assert.equal(response.headers.get("x-service-version"), "v1.2-test");
  assert.equal(response.headers.get("content-type"), "application/json");
  return { status: response.status, body: await response.json(), headers: response.headers };
}

function post(body: string): RequestInit {
  return { method: "POST", body, headers: { "content-type": "application/json" } };
}

/** Sends bytes as they are and returns the whole answer. */
async function send(bytes: string): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.write(bytes);
  return text(socket);
}

test("health", async () => {
  const { status, body } = await call("/health");
  assert.deepEqual({ status, body }, { status: 200, body: { status: "ok" } });
});

test("all questions by category, without their answers", async () => {
  const { status, body } = await call("/api/trivia/all?page=1");
  const { categories } = body as { categories: { name: string; questions: { id: number }[] }[] };
  assert.equal(status, 200);
  assert.deepEqual(
    categories.map(({ name, questions }) => [name, ...questions.map(({ id }) => id)]),
    [
      ["science", 1, 2],
      ["geography", 3, 4],
      ["computing", 5, 6],
    ],
  );
  assert.deepEqual(Object.keys(categories[0]?.questions[0] ?? {}), ["id", "question", "choices"]);
});

test("one question", async () => {
  const { status, body } = await call("/api/trivia/question/1");
  assert.equal(status, 200);
  assert.deepEqual(body, {
    id: 1,
    category: "science",
    question: "Which planet is the largest in the solar system?",
    choices: ["Saturn", "Jupiter", "Neptune", "Earth"],
  });
});

test("each question's right answer is right, and its other choices are wrong", async () => {
  for (const { id, choices, answer } of questions) {
    for (const choice of choices) {
      const { body } = await call(
        `/api/trivia/question/${id}/answer`,
        post(JSON.stringify({ answer: choice })),
      );
      assert.deepEqual(body, { id, correct: choice === answer });
    }
  }
});

test("case and surrounding spaces of an answer do not matter", async () => {
  const { status, body } = await call(ANSWER, post('{"answer":" jUPITER "}'));
  assert.deepEqual({ status, body }, { status: 200, body: { id: 1, correct: true } });
});

test("a returning player's score is echoed, a new player's is 0", async () => {
  const returning = await call("/api/trivia/all", { headers: { cookie: "player=ada.42" } });
  const malformed = await call("/api/trivia/question/1", { headers: { cookie: "player=ada.x" } });
  const scores = [returning, malformed, await call("/api/trivia/all")].map(({ headers }) =>
    headers.get("x-player-score"),
  );
  assert.deepEqual(scores, ["42", "0", "0"]);
});

const refused: [string, number, string, string, RequestInit?][] = [
  ["an unknown path", 404, "there is nothing at /nowhere", "/nowhere"],
  ["an unknown question", 404, "there is no question 99", "/api/trivia/question/99"],
  [
    "an answer to an unknown question",
    404,
    "there is no question 99",
    "/api/trivia/question/99/answer",
    post('{"answer":"x"}'),
  ],
  ["an id that is no number", 400, "a question's id is a positive whole number", "/api/trivia/question/%00"],
  ["no id", 400, "a question's id is a positive whole number", "/api/trivia/question/"],
  ["the wrong method", 405, "PUT is not allowed here: use GET, HEAD", "/api/trivia/all", { method: "PUT" }],
  ["reading an answer", 405, "GET is not allowed here: use POST", ANSWER],
  ["no body", 400, "the request body is not valid JSON", ANSWER, post("")],
  ["broken JSON", 400, "the request body is not valid JSON", ANSWER, post('{"answer":')],
  ["no answer", 400, 'the request body must be {"answer": "<text>"}', ANSWER, post("null")],
  ["a number", 400, 'the request body must be {"answer": "<text>"}', ANSWER, post('{"answer":1}')],
  ["a long body", 413, "the request body is longer than 4096 bytes", ANSWER, post("x".repeat(4097))],
];
for (const [what, status, error, path, init] of refused) {
  test(`${what} is refused with ${status}`, async () => {
    const answer = await call(path, init);
    assert.deepEqual({ status: answer.status, body: answer.body }, { status, body: { error } });
  });
}

test("the right methods are named with 405", async () => {
  assert.equal((await call("/health", { method: "DELETE" })).headers.get("allow"), "GET, HEAD");
});

test("HEAD has the headers of GET and no body", async () => {
  const response = await fetch(`${base}/health`, { method: "HEAD" });
  assert.deepEqual(
    [response.status, response.headers.get("content-length"), await response.text()],
    [200, "15", ""],
  );
});

const malformed: [string, string, string][] = [
  ["not HTTP", "hello\r\n\r\n", "400 Bad Request"],
  ["a bad request line", "GET /he alth HTTP/1.1\r\n\r\n", "400 Bad Request"],
  [
    "too many headers",
    `GET / HTTP/1.1\r\nx: ${"x".repeat(20_000)}\r\n\r\n`,
    "431 Request Header Fields Too Large",
  ],
  ["a bad chunk", `POST ${ANSWER} HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n`, "400 Bad Request"],
  [
    "an odd expectation",
    "GET / HTTP/1.1\r\nhost: a\r\nexpect: tea\r\nconnection: close\r\n\r\n",
    "417 Expectation Failed",
  ],
  ["no host", "GET /health HTTP/1.1\r\nconnection: close\r\n\r\n", "200 OK"],
  ["an odd target", "GET //[ HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", "404 Not Found"],
];
for (const [what, bytes, status] of malformed) {
  test(`${what} is answered with ${status} and the version`, async () => {
    const answer = await send(bytes);
    assert.equal(answer.split("\r\n", 1)[0], `HTTP/1.1 ${status}`);
    assert.match(answer, /\r\nx-service-version: v1\.2-test\r\n/);
  });
}

test("a body that is cut off, and a client that is gone, harm nobody", async () => {
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1");
  socket.write("POST /api/trivia/question/1/answer HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{");
  await once(server, "request");
  socket.resetAndDestroy();
  assert.equal((await call("/health")).status, 200);
});

test("a failure of the service is a 500 and is logged, and nothing else was", async () => {
  assert.deepEqual(logged, []);
  // A request whose headers cannot be read stands for any bug of the service.
  server.prependOnceListener("request", (request) => {
    Object.defineProperty(request, "headers", {
      get: () => {
        throw new Error("boom");
      },
    });
  });
  const { status, body } = await call("/api/trivia/all");
  assert.deepEqual({ status, body }, { status: 500, body: { error: "the service failed to answer" } });
  const [[level, event, fields], ...more] = logged as unknown as [[string, string, Record<string, unknown>]];
  assert.deepEqual([level, event, more], ["error", "request failed", []]);
  assert.match(String(fields.error), /^Error: boom\n/);
  assert.deepEqual(
    { ...fields, error: "" },
    { method: "GET", url: "/api/trivia/all", status: 500, error: "" },
  );
});
