import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { startClients, type ClientOptions, type Recording } from "./clients";
import { dueBetween } from "./rate";
import { requestAt, requestsBetween, type RecordedRequest } from "./recording";

const version = { "x-service-version": "v1" };

async function withServer<T>(
  listener: http.RequestListener,
  use: (origin: string) => Promise<T>,
): Promise<T> {
  const server = http.createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function record(forMs: number, options: Omit<ClientOptions, "name">): Promise<Recording> {
  const clients = await startClients({ name: "test", ...options });
  await pause(forMs);
  return clients.stop();
}

const all = (recording: Recording): RecordedRequest[] =>
  Array.from({ length: recording.count }, (_, i) => requestAt(recording, i));

describe("clients", () => {
  it("send at their rate, evenly, over many connections, and record each answer", async () => {
    let received = 0;
    const sockets = new Set<unknown>();
    const recording = await withServer(
      (request, response) => {
        received++;
        sockets.add(request.socket);
        response.writeHead(200, version).end("hello");
      },
      (origin) => record(600, { origin, ratePerSecond: 300, requests: [{ path: "/" }] }),
    );
    const expected = ((recording.endedAt - recording.startedAt) * 300) / 1000;
    assert.ok(Math.abs(recording.count - expected) <= expected * 0.02, `${recording.count}, not ${expected}`);
    assert.equal(received, recording.count);
    assert.ok(sockets.size >= 32, `${sockets.size} connections`);
    assert.equal(recording.endedBy, "stop");
    for (const [i, request] of all(recording).entries()) {
      assert.deepEqual([request.outcome, request.status, request.version], ["ok", 200, "v1"]);
      assert.ok(Math.abs(request.scheduledAt - recording.startedAt - (i * 1000) / 300) < 0.01);
      assert.ok(request.latencyMs >= request.lateMs && request.latencyMs > 0);
    }
    assert.deepEqual(recording.problems, {});
  });

  it("send at another rate from the moment on when they are told", async () => {
    const recording = await withServer(
      (_, response) => response.writeHead(200, version).end(),
      async (origin) => {
        const clients = await startClients({
          name: "test",
          origin,
          ratePerSecond: 1,
          requests: [{ path: "/" }],
        });
        await pause(100);
        clients.setRate(400);
        await pause(300);
        clients.setRate(2);
        await pause(300);
        return clients.stop();
      },
    );
    assert.deepEqual(
      recording.rates.map(({ ratePerSecond }) => ratePerSecond),
      [1, 400, 2],
    );
    const due = dueBetween(recording.rates, recording.startedAt, recording.endedAt);
    assert.ok(due > 100 && Math.abs(recording.count - due) <= 2, `${recording.count} of ${due}`);
    const [, fast, slow] = recording.rates;
    const meanwhile = [...requestsBetween(recording, fast?.from ?? 0, slow?.from ?? 0)];
    meanwhile.forEach(({ scheduledAt }, i) => {
      if (i > 0) assert.ok(Math.abs(scheduledAt - (meanwhile[i - 1]?.scheduledAt ?? 0) - 2.5) < 0.01);
    });
  });

  it("show a stall to everybody who came meanwhile", async () => {
    let open = true;
    let stalled = { from: 0, to: 0 };
    const held: http.ServerResponse[] = [];
    const recording = await withServer(
      (_, response) => {
        if (open) response.writeHead(200, version).end();
        else held.push(response);
      },
      async (origin) => {
        const clients = await startClients({
          name: "test",
          origin,
          ratePerSecond: 200,
          requests: [{ path: "/" }],
        });
        await pause(200);
        open = false;
        stalled = { from: Date.now(), to: 0 };
        await pause(300);
        open = true;
        stalled.to = Date.now();
        for (const response of held) response.writeHead(200, version).end();
        await pause(100);
        return clients.stop();
      },
    );
    const meanwhile = all(recording).filter(
      ({ scheduledAt }) => scheduledAt > stalled.from + 20 && scheduledAt < stalled.to - 20,
    );
    const due = ((stalled.to - stalled.from - 40) * 200) / 1000;
    assert.ok(Math.abs(meanwhile.length - due) <= 2, `${meanwhile.length}, not ${due}`);
    for (const { scheduledAt, latencyMs, outcome } of meanwhile) {
      assert.equal(outcome, "ok");
      assert.ok(
        latencyMs >= stalled.to - scheduledAt - 5,
        `${latencyMs} ms at ${scheduledAt - stalled.from}`,
      );
    }
  });

  it("tell how requests failed", async () => {
    const answers: Record<string, http.RequestListener> = {
      "/ok": (_, response) => response.writeHead(200, version).end('{"status":"ok"}'),
      "/teapot": (_, response) => response.writeHead(418, version).end(),
      "/error": (_, response) => response.writeHead(503, version).end(),
      "/wrong": (_, response) => response.writeHead(200, version).end('{"status":"down"}'),
      "/reset": (request) => request.socket.destroy(),
      "/lost": (_, response) => {
        response.writeHead(200, { ...version, "content-length": 100 }).write("half");
        setTimeout(() => response.destroy(), 10);
      },
      "/silent": () => undefined,
    };
    const expect = { json: { status: "ok" } };
    const requests = [
      { path: "/ok", expect },
      { path: "/teapot", expect: { status: 418 } },
      { path: "/error" },
      { path: "/wrong", expect },
      { path: "/reset" },
      { path: "/lost" },
      { path: "/silent" },
    ];
    const recording = await withServer(
      (request, response) => answers[request.url ?? ""]?.(request, response),
      (origin) => record(200, { origin, ratePerSecond: 200, timeoutMs: 300, requests }),
    );
    const seen = new Set(
      all(recording).map(
        ({ template, outcome, status, version }) => `${template} ${outcome} ${status} ${version}`,
      ),
    );
    assert.deepEqual(
      [...seen].sort(),
      [
        "GET /error error 503 v1",
        "GET /lost lost 200 v1",
        "GET /ok ok 200 v1",
        "GET /reset reset 0 ",
        "GET /silent timeout 0 ",
        "GET /teapot ok 418 v1",
        "GET /wrong wrong 200 v1",
      ].sort(),
    );
    const silent = all(recording).filter(({ outcome }) => outcome === "timeout");
    for (const { latencyMs } of silent) assert.ok(latencyMs >= 300 && latencyMs < 900, `${latencyMs} ms`);
    assert.ok(recording.problems["no complete answer within 300 ms"]);
    assert.ok(recording.problems['GET /wrong: "status" in the body is "down", not "ok"']);
  });

  it("tell when nobody listens", async () => {
    const origin = await withServer(
      () => undefined,
      (address) => Promise.resolve(address),
    );
    const recording = await record(100, { origin, ratePerSecond: 100, requests: [{ path: "/" }] });
    assert.ok(recording.count > 0);
    for (const { outcome, status } of all(recording)) assert.deepEqual([outcome, status], ["refused", 0]);
  });

  it("send method, headers, body and the name of the host", async () => {
    const seen = new Set<string>();
    await withServer(
      (request, response) => {
        request.setEncoding("utf8").on("data", (body: string) => {
          seen.add(
            [request.method, request.url, request.headers.host, request.headers["x-a"], body].join(" "),
          );
          response.end();
        });
      },
      (origin) =>
        record(50, {
          origin,
          ratePerSecond: 100,
          hostHeader: "lb.example",
          requests: [{ method: "POST", path: "/a?b=1", headers: { "x-a": "1" }, body: "{}" }],
        }),
    );
    assert.deepEqual([...seen], ["POST /a?b=1 lb.example 1 {}"]);
  });

  it("keep the cookies that each is given, when they have a jar", async () => {
    const sent: string[] = [];
    await withServer(
      (request, response) => {
        sent.push(request.headers.cookie ?? "");
        response.writeHead(200, { "set-cookie": `id=${sent.length}; Path=/; HttpOnly` }).end();
      },
      (origin) =>
        record(600, {
          origin,
          ratePerSecond: 100,
          jar: true,
          requests: [{ path: "/", headers: { cookie: "a=b" } }],
        }),
    );
    // Each of the 32 clients comes once without a cookie of its own; on several connections, not quite in turn.
    const again = sent.filter((cookie) => cookie !== "a=b");
    assert.equal(sent.length - again.length, 32);
    assert.ok(again.length > 10 && again.every((cookie) => /^a=b; id=\d+$/.test(cookie)), again.join(" "));
    assert.equal(new Set(again).size, again.length, "two clients share a cookie");
  });

  it("tell who named the version: the service, or the load balancer for it", async () => {
    let count = 0;
    const recording = await withServer(
      (_, response) => {
        const by = count++ % 2 === 0 ? undefined : { "x-greenroom-version-by": "load-balancer" };
        response.writeHead(200, { ...version, ...by }).end();
      },
      (origin) => record(200, { origin, ratePerSecond: 100, requests: [{ path: "/" }] }),
    );
    const { service, "load balancer": balancer } = recording.versionNamedBy;
    assert.equal(service + balancer, recording.count);
    assert.ok(Math.abs(service - balancer) <= 1, `${service} and ${balancer}`);
  });

  it("check nothing but the status of a stand-in", async () => {
    const recording = await withServer(
      (_, response) => response.writeHead(200, { "x-service-version": "bootstrap" }).end("hi"),
      (origin) =>
        record(50, {
          origin,
          ratePerSecond: 100,
          requests: [{ path: "/", expect: { status: 201, has: ["a"] } }],
        }),
    );
    assert.ok(all(recording).every(({ outcome, version }) => outcome === "ok" && version === "bootstrap"));
    assert.deepEqual(recording.versionNamedBy, { service: 0, "load balancer": 0 });
  });

  it("end by themselves, give windows and marks, and one recording", async () => {
    await withServer(
      (_, response) => response.writeHead(200, version).end(),
      async (origin) => {
        const options = {
          name: "prod",
          origin,
          ratePerSecond: 100,
          requests: [{ path: "/" }],
          maxSeconds: 0.25,
        };
        const clients = await startClients(options);
        const ended: number[] = [];
        clients.onWindow(({ window }) => ended.push(window.counts["v1"]?.ok ?? 0));
        clients.mark("half");
        await pause(500);
        const recording = await clients.stop();
        assert.equal(recording.endedBy, "limit");
        assert.equal(recording.count, 26);
        assert.equal(
          ended.reduce((sum, count) => sum + count, 0),
          26,
        );
        assert.deepEqual(clients.snapshot()?.total, { v1: { ok: 26 } });
        assert.deepEqual(
          recording.marks.map(({ label }) => label),
          ["half"],
        );
        assert.equal(await clients.stop(), recording);
      },
    );
  });

  const good: ClientOptions = {
    name: "prod",
    origin: "http://127.0.0.1:1",
    ratePerSecond: 1,
    requests: [{ path: "/" }],
  };
  const refused: [string, Partial<ClientOptions>, string][] = [
    [
      "no requests",
      { requests: [] },
      "clients of prod: requests is empty; give at least one request to send",
    ],
    [
      "a rate of 0",
      { ratePerSecond: 0 },
      "clients of prod: ratePerSecond is 0; it must be above 0 and at most 5000",
    ],
    ["no timeout", { timeoutMs: NaN }, "clients of prod: timeoutMs is NaN; it must be above 0"],
    [
      "no end",
      { maxSeconds: Infinity },
      "clients of prod: maxSeconds is Infinity; it must be above 0 and at most 86400",
    ],
    [
      "a path in the origin",
      { origin: "http://127.0.0.1:1/a" },
      'clients of prod: origin is "http://127.0.0.1:1/a"; it must look like http://127.0.0.1:8080, without a path',
    ],
  ];
  for (const [what, change, message] of refused) {
    it(`refuse ${what}`, async () => {
      await assert.rejects(startClients({ ...good, ...change }), { name: "RangeError", message });
    });
  }
});
