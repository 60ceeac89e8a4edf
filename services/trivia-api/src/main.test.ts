import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test, type TestContext } from "node:test";

type Line = Record<string, unknown>;

/** The service as a process of its own, and a reader of its log that gives one line at a time. */
function start(t: TestContext, env: NodeJS.ProcessEnv): { child: ChildProcess; next: () => Promise<Line> } {
  const child = spawn(process.execPath, [join(__dirname, "main.js")], {
    env: {
      ...process.env,
      HOST: "127.0.0.1",
      PORT: "0",
      SERVICE_VERSION: "v1",
      ENVIRONMENT: "local",
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, next: async () => JSON.parse(String((await lines.next()).value)) as Line };
}

test("SIGTERM: no new connection, the request in flight is answered, idle connections close, exit code 0", async (t) => {
  const { child, next } = start(t, {});
  const { port, event, version } = await next();
  assert.deepEqual([event, version], ["listening", "v1"]);

  const idle = connect(Number(port), "127.0.0.1");
  idle.write("GET /health HTTP/1.1\r\nhost: a\r\n\r\n");
  await once(idle, "data");
  const busy = connect(Number(port), "127.0.0.1");
  let answer = "";
  busy.setEncoding("utf8").on("data", (data: string) => (answer += data));
  const head =
    "POST /api/trivia/question/1/answer HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 20\r\n\r\n";
  busy.write(head);
  await once(busy, "data"); // 100 Continue: the service has the request

  const exited = once(child, "exit");
  child.kill("SIGTERM");
  assert.equal((await next()).event, "stopping");
  await once(idle, "close");
  const late = connect(Number(port), "127.0.0.1");
  const [{ code }] = (await once(late, "error")) as [NodeJS.ErrnoException];
  assert.match(String(code), /^ECONN(REFUSED|RESET)$/); // reset: it had come while the port was closing
  busy.write('{"answer":"Jupiter"}');

  await once(busy, "end");
  assert.match(answer, /HTTP\/1\.1 200 OK\r\n[^]*connection: close\r\n[^]*\{"id":1,"correct":true\}$/);
  assert.equal((await next()).event, "stopped");
  assert.deepEqual(await exited, [0, null]);
});

test("a wrong variable is one line of log and exit code 1", async (t) => {
  const { child, next } = start(t, { PORT: "http" });
  const exited = once(child, "exit");
  const { level, event, error } = await next();
  assert.deepEqual(
    [level, event, error],
    ["error", "cannot start", 'PORT is "http": it must be a port number from 0 to 65535'],
  );
  assert.deepEqual(await exited, [1, null]);
});
