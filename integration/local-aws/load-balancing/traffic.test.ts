import assert from "node:assert/strict";
import http from "node:http";
import net from "node:net";
import type { Action, Rule } from "@aws-sdk/client-elastic-load-balancing-v2";
import { Pool } from "undici";
import { MetricStore } from "../core/metric-store";
import { Aws } from "../core/aws";
import { Clock } from "../core/clock";
import { Registry } from "./registry";
import { inThisProcess } from "./testing";

const scope = { account: "111111111111", region: "us-east-1" };
const arn = (resource: string) => `arn:aws:elasticloadbalancing:us-east-1:111111111111:${resource}`;
const blue = arn("targetgroup/blue/1");
const green = arn("targetgroup/green/2");
const listenerArn = arn("listener/app/web/3/4");
const loadBalancerArn = arn("loadbalancer/app/web/3");
const to = (targetGroupArn: string): Action[] => [{ Type: "forward", TargetGroupArn: targetGroupArn }];

/** A load balancer with one listener and two target groups; everything is ended after the test. */
describe("load balancer traffic", () => {
  let registry: Registry;
  let store: MetricStore;
  let clock: Clock;
  let aws: Aws;
  let servers: net.Server[];

  beforeEach(async () => {
    servers = [];
    store = new MetricStore();
    clock = new Clock(1000);
    aws = new Aws("", clock, assert.fail);
    registry = new Registry(clock, store, (message) => assert.fail(message), aws, inThisProcess);
    registry.loadBalancers.set(loadBalancerArn, {
      LoadBalancerArn: loadBalancerArn,
      DNSName: "Web-1.elb.amazonaws.com",
    });
    for (const TargetGroupArn of [blue, green]) registry.putGroup(group(TargetGroupArn), scope);
    await listen(to(blue));
  });

  afterEach(async () => {
    await registry.close();
    for (const server of servers) {
      if (server instanceof http.Server) server.closeAllConnections();
      server.close();
    }
  });

  const group = (TargetGroupArn: string) => ({
    TargetGroupArn,
    Port: 80,
    HealthCheckIntervalSeconds: 10,
    HealthyThresholdCount: 3,
    UnhealthyThresholdCount: 2,
    HealthCheckPath: "/health",
    HealthCheckPort: "traffic-port",
    Matcher: { HttpCode: "200-299" },
  });
  const listen = (DefaultActions: Action[]) =>
    registry.putListener(
      {
        ListenerArn: listenerArn,
        LoadBalancerArn: loadBalancerArn,
        Port: 80,
        Protocol: "HTTP",
        DefaultActions,
      },
      scope,
    );

  async function serve(
    handler: http.RequestListener,
  ): Promise<{ Id: string; Port: number; server: http.Server }> {
    const server = http.createServer(handler);
    return { ...(await open(server)), server };
  }
  async function open(server: net.Server): Promise<{ Id: string; Port: number }> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { Id: "127.0.0.1", Port: (server.address() as net.AddressInfo).port };
  }
  const saying = (version: string) => serve((_request, response) => response.end(version));
  const groupOf = (arn: string) => registry.groups.get(arn) ?? assert.fail(arn);
  const stateOf = (arn: string) => groupOf(arn).describe(undefined)[0]?.TargetHealth;
  async function until(condition: () => boolean): Promise<void> {
    const deadline = performance.now() + 3000;
    while (!condition()) {
      assert.ok(performance.now() < deadline, "waited for 3 s");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  const url = (path = "/") => `http://127.0.0.1:${registry.listeners.get(listenerArn)?.address.port}${path}`;
  const metric = (name: string, dimensions: Record<string, string>) =>
    store.find(scope, "AWS/ApplicationELB", name, dimensions)?.between(0, clock.now().getTime() + 60_000);
  const perGroup = { LoadBalancer: "app/web/3", TargetGroup: "targetgroup/blue/1" };
  const perLoadBalancer = { LoadBalancer: "app/web/3" };

  it("answers no page of another site, unless the run's own client sends what one would", async () => {
    const seen: http.IncomingHttpHeaders[] = [];
    const target = await serve((request, response) => {
      seen.push(request.headers);
      response.writeHead(200, { "access-control-allow-origin": "https://shop.example.com" }).end();
    });
    groupOf(blue).register([target]);
    await listen([{ Type: "forward", TargetGroupArn: blue }]);
    await until(() => stateOf(blue)?.State === "healthy");
    seen.splice(0);
    const ask = (headers: Record<string, string>, method = "GET") =>
      new Promise<number | undefined>((resolve, reject) => {
        const request = http.request(url(), { method, headers }, (answer) =>
          resolve(answer.resume().statusCode),
        );
        request.on("error", reject).end();
      });
    const preflight = { origin: "https://shop.example.com", "access-control-request-method": "PUT" };
    const pages: [Record<string, string>, string?][] = [
      [{ origin: "https://shop.example.com" }],
      [{ "sec-fetch-site": "cross-site" }],
      [{ host: "evil.example" }],
      [preflight, "OPTIONS"],
    ];
    for (const [headers, method] of pages) {
      assert.equal(await ask(headers, method), 403);
      assert.equal(await ask({ ...headers, "x-greenroom-client": "guessed" }, method), 403);
    }
    assert.equal(seen.length, 0);
    for (const [headers, method] of pages)
      assert.equal(await ask({ ...headers, ...registry.clientHeaders }, method), 200);
    assert.equal(await ask({}), 200);
    assert.equal(seen.length, 5);
    assert.equal(seen[0]?.origin, "https://shop.example.com");
    assert.ok(seen.every((one) => !("x-greenroom-client" in one)));
  });

  it("divides 1000 requests by weight, and shifts with the next request", async () => {
    groupOf(blue).register([await saying("blue")]);
    groupOf(green).register([await saying("green")]);
    const weights = (b: number, g: number) => [
      {
        Type: "forward" as const,
        ForwardConfig: {
          TargetGroups: [
            { TargetGroupArn: blue, Weight: b },
            { TargetGroupArn: green, Weight: g },
          ],
        },
      },
    ];
    await listen(weights(90, 10));
    const pool = new Pool(url(""), { connections: 10 });
    const answers = async (count: number) => {
      const seen: Record<string, number> = {};
      const client = async () => {
        for (let i = 0; i < count / 10; i++) {
          // Quicker than fetch.
          const text = await (await pool.request({ path: "/", method: "GET" })).body.text();
          seen[text] = (seen[text] ?? 0) + 1;
        }
      };
      await Promise.all(Array.from({ length: 10 }, client));
      return seen;
    };
    assert.deepEqual(await answers(1000), { blue: 900, green: 100 });
    assert.deepEqual(registry.sharesOf(listenerArn), [
      { targetGroupArn: blue, weightPercent: 90 },
      { targetGroupArn: green, weightPercent: 10 },
    ]);
    await listen(weights(0, 100));
    assert.deepEqual(await answers(50), { green: 50 });
    await pool.close();
  });

  it("goes by the rules in the order of their priority", async () => {
    groupOf(blue).register([await saying("blue")]);
    const rule = (Priority: string, pattern: string, action: Action): Rule => ({
      RuleArn: arn(`listener-rule/app/web/3/4/${Priority}`),
      Priority,
      Conditions: [{ Field: "path-pattern", Values: [pattern] }],
      Actions: [action],
    });
    const fixed = (MessageBody: string): Action => ({
      Type: "fixed-response",
      FixedResponseConfig: { StatusCode: "410", ContentType: "text/plain", MessageBody },
    });
    for (const each of [
      rule("20", "/gone/*", fixed("late")),
      rule("3", "/gone/*", fixed("early")),
      rule("4", "/old/*", {
        Type: "redirect",
        RedirectConfig: {
          Path: "/new/#{path}",
          Host: "h",
          Port: "443",
          Protocol: "HTTPS",
          StatusCode: "HTTP_301",
        },
      }),
    ])
      registry.rules.set(each.RuleArn ?? "", each);
    registry.update();
    const gone = await fetch(url("/gone/x"));
    assert.deepEqual([gone.status, await gone.text()], [410, "early"]);
    const old = await fetch(url("/old/x?a=b"), { redirect: "manual" });
    assert.deepEqual([old.status, old.headers.get("location")], [301, "https://h:443/new/old/x?a=b"]);
    assert.equal(await (await fetch(url("/else"))).text(), "blue");
  });

  it("passes requests and answers on, with the headers of a load balancer", async () => {
    groupOf(blue).register([
      await serve((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
          response.writeHead(201, {
            "x-service-version": "1",
            connection: "keep-alive",
            "keep-alive": "timeout=9",
          });
          const { method, url, headers } = request;
          response.end(JSON.stringify({ method, url, headers, length: Buffer.concat(chunks).length }));
        });
      }),
    ]);
    const answer = await fetch(url("/a?b=c"), {
      method: "POST",
      body: Buffer.alloc(300_000, 1),
      headers: { "x-forwarded-for": "9.9.9.9", "x-forwarded-port": "1" },
    });
    const seen = (await answer.json()) as { headers: Record<string, string>; length: number; url: string };
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get("x-service-version"), "1");
    assert.notEqual(answer.headers.get("keep-alive"), "timeout=9");
    assert.deepEqual([seen.url, seen.length], ["/a?b=c", 300_000]);
    assert.equal(seen.headers["x-forwarded-for"], "9.9.9.9, 127.0.0.1");
    assert.equal(seen.headers["x-forwarded-port"], "80");
    assert.equal(seen.headers["x-forwarded-proto"], "http");
    assert.match(seen.headers["x-amzn-trace-id"] ?? "", /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  });

  it("answers 503 without a target, 502 for one that refuses or closes, 504 for one that is silent", async () => {
    assert.equal((await fetch(url())).status, 503);
    const refusing = await saying("");
    await new Promise((resolve) => refusing.server.close(resolve));
    groupOf(blue).register([refusing]);
    assert.equal((await fetch(url())).status, 502);
    groupOf(blue).deregister([refusing]);
    const closing = await open(net.createServer((socket) => socket.once("data", () => socket.end())));
    groupOf(blue).register([closing]);
    assert.equal((await fetch(url())).status, 502);
    groupOf(blue).deregister([closing]);
    registry.putAttributes(loadBalancerArn, { "idle_timeout.timeout_seconds": "0.2" });
    groupOf(blue).register([await open(net.createServer((socket) => socket.resume()))]);
    assert.equal((await fetch(url())).status, 504);

    assert.equal(metric("HTTPCode_ELB_5XX_Count", perLoadBalancer)?.sum, 4);
    assert.equal(metric("HTTPCode_ELB_502_Count", perLoadBalancer)?.sum, 2);
    assert.equal(metric("HTTPCode_ELB_5XX_Count", perGroup), undefined);
    assert.equal(metric("RequestCount", perLoadBalancer)?.sum, 3);
    assert.equal(metric("TargetConnectionErrorCount", perGroup)?.sum, 1);
  });

  it("breaks an answer off where the target does", async () => {
    groupOf(blue).register([
      await serve((_request, response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write("half", () => response.destroy());
      }),
    ]);
    const answer = await fetch(url());
    await assert.rejects(answer.text());
  });

  it("repeats no request: a target that closes a kept connection instead of answering is a 502", async () => {
    let broken = 0;
    const target = net.createServer((socket) => {
      let requests = 0;
      socket.on("error", () => undefined);
      socket.on("data", (data) => {
        if (!data.toString().includes("/health") && ++requests > 1) {
          broken++;
          return void socket.destroy();
        }
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
      });
    });
    groupOf(blue).register([await open(target)]);
    const statusOf = async () => {
      const answer = await fetch(url());
      await answer.arrayBuffer();
      return answer.status;
    };
    assert.deepEqual([await statusOf(), await statusOf(), broken], [200, 502, 1]);
    assert.equal(metric("HTTPCode_ELB_502_Count", perLoadBalancer)?.sum, 1);
    assert.equal(metric("TargetConnectionErrorCount", perGroup), undefined);
  });

  it("uses no connection that was idle for long, however busy this machine is", async () => {
    let connections = 0;
    const target = await serve((_request, response) => response.end("ok"));
    target.server.keepAliveTimeout = 1200;
    // The time that Node.js adds to it, so that clients are never late.
    (target.server as { keepAliveTimeoutBuffer?: number }).keepAliveTimeoutBuffer = 0;
    target.server.on("connection", () => connections++);
    groupOf(blue).register([target]);
    await until(() => stateOf(blue)?.State === "healthy");
    assert.equal((await fetch(url())).status, 200);
    const before = performance.now();
    // No timer runs meanwhile, as in a process that has no processor.
    while (performance.now() - before < 1300);
    assert.equal((await fetch(url())).status, 200);
  });

  it("counts what targets answer, per load balancer and per target group", async () => {
    groupOf(blue).register([
      await serve((request, response) => response.writeHead(Number(request.url?.slice(1)) || 200).end()),
    ]);
    for (const status of [200, 204, 302, 404, 500, 503])
      await fetch(url(`/${status}`), { redirect: "manual" });
    for (const dimensions of [perGroup, perLoadBalancer]) {
      assert.equal(metric("RequestCount", dimensions)?.sum, 6);
      assert.deepEqual(
        [2, 3, 4, 5].map((each) => metric(`HTTPCode_Target_${each}XX_Count`, dimensions)?.sum),
        [2, 1, 1, 2],
      );
      const time = metric("TargetResponseTime", dimensions);
      assert.ok(time && time.count === 6 && time.maximum < 1, "in seconds");
    }
    assert.equal(metric("HTTPCode_ELB_5XX_Count", perLoadBalancer), undefined);
  });

  it("drains a target: nothing fails under load, what is in flight finishes, then it is gone", async () => {
    registry.putAttributes(blue, { "deregistration_delay.timeout_seconds": "60" });
    const slow = (version: string) =>
      serve((_request, response) => void setTimeout(() => response.end(version), 5 + Math.random() * 30));
    const [first, second] = [await slow("1"), await slow("2")];
    groupOf(blue).register([first, second]);
    let clients = true;
    const answers: string[] = [];
    const load = Array.from({ length: 20 }, async () => {
      while (clients) {
        const answer = await fetch(url());
        assert.equal(answer.status, 200);
        answers.push(await answer.text());
      }
    });
    await until(() => answers.length > 100);
    groupOf(blue).deregister([first]);
    assert.equal(groupOf(blue).describe([first])[0]?.TargetHealth?.State, "draining");
    assert.equal(groupOf(blue).describe([first])[0]?.TargetHealth?.Reason, "Target.DeregistrationInProgress");
    await until(() => groupOf(blue).describe(undefined).length === 1);
    first.server.closeAllConnections();
    first.server.close();
    const before = answers.length;
    await until(() => answers.length > before + 100);
    clients = false;
    await Promise.all(load);
    assert.ok(answers.slice(before + 20).every((version) => version === "2"));
    assert.equal(groupOf(blue).describe([first])[0]?.TargetHealth?.Reason, "Target.NotRegistered");
  });

  it("follows a target's health", async () => {
    let status = 200;
    groupOf(blue).register([await serve((_request, response) => response.writeHead(status).end())]);
    assert.deepEqual(stateOf(blue), {
      State: "initial",
      Reason: "Elb.RegistrationInProgress",
      Description: "Target registration is in progress",
    });
    await until(() => stateOf(blue)?.State === "healthy");
    status = 500;
    await until(() => stateOf(blue)?.State === "unhealthy");
    assert.equal(stateOf(blue)?.Reason, "Target.ResponseCodeMismatch");
    assert.equal(stateOf(blue)?.Description, "Health checks failed with these codes: [500]");
    status = 204;
    await until(() => stateOf(blue)?.State === "healthy");
    store.takeGauges(clock.now().getTime() + 60_000);
    assert.equal(metric("HealthyHostCount", perGroup)?.maximum, 1);
    assert.equal(metric("UnHealthyHostCount", perGroup)?.maximum, 1);
    assert.equal(metric("UnHealthyHostCount", perLoadBalancer), undefined);
  });

  it("does not hold a start against a target that does not listen yet", async () => {
    const starting = await saying("");
    await new Promise((resolve) => starting.server.close(resolve));
    groupOf(blue).register([starting]);
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(stateOf(blue)?.State, "initial");
    const server = http.createServer((_request, response) => response.end());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(starting.Port, "127.0.0.1", resolve));
    await until(() => stateOf(blue)?.State === "healthy");
  });

  it("checks only what a listener uses", async () => {
    groupOf(green).register([await saying("green")]);
    assert.equal(stateOf(green)?.State, "unused");
    assert.equal(stateOf(green)?.Reason, "Target.NotInUse");
    await listen(to(green));
    await until(() => stateOf(green)?.State === "healthy");
  });

  it("sends nothing to an unhealthy target, unless all are", async () => {
    let well = 200;
    const target = (version: string, status: () => number) =>
      serve((request, response) => {
        response.writeHead(request.url === "/health" ? status() : 200).end(version);
      });
    groupOf(blue).register([await target("good", () => well), await target("bad", () => 500)]);
    const states = () =>
      groupOf(blue)
        .describe(undefined)
        .map((each) => each.TargetHealth?.State);
    const answers = async () =>
      new Set(await Promise.all(Array.from({ length: 10 }, async () => (await fetch(url())).text())));
    await until(() => states().join() === "healthy,unhealthy");
    assert.deepEqual(await answers(), new Set(["good"]));
    well = 500;
    await until(() => states().join() === "unhealthy,unhealthy");
    assert.deepEqual(await answers(), new Set(["good", "bad"]));
  });

  it("finds a listener by name and port, and closes a deleted one", async () => {
    assert.equal(registry.listenerFor("web-1.elb.amazonaws.com")?.arn, listenerArn);
    assert.equal(registry.listenerFor("web-1.elb.amazonaws.com:80")?.arn, listenerArn);
    assert.equal(registry.listenerFor("web-1.elb.amazonaws.com:81"), undefined);
    const at = url();
    registry.removeLoadBalancer(loadBalancerArn);
    await assert.rejects(fetch(at));
    assert.equal(groupOf(blue).loadBalancerArn, undefined);
  });
});
