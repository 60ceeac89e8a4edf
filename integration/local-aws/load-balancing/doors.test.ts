import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { MetricStore } from "../core/metric-store";
import { Aws } from "../core/aws";
import { Clock } from "../core/clock";
import { parseFault } from "../core/faults";
import { Registry } from "./registry";
import { inThisProcess } from "./testing";

const scope = { account: "111111111111", region: "us-east-1" };
const arn = (resource: string) => `arn:aws:elasticloadbalancing:us-east-1:111111111111:${resource}`;
const [live, next] = [arn("targetgroup/live/1"), arn("targetgroup/next/2")];
const loadBalancerArn = arn("loadbalancer/app/web/3");
const dimensions = { LoadBalancer: "app/web/3", TargetGroup: "targetgroup/next/2" };
const perLoadBalancer = { LoadBalancer: "app/web/3" };
const imageOf = { [live]: "sha256:aaaaaaaaaaaaaaaa", [next]: "sha256:bbbbbbbbbbbbbbbb" };
const candidate = { imageDigest: imageOf[next] ?? "", account: scope.account };

/** Two target groups with a listener and a task each: the live version's and the candidate's. */
describe("the door of a task", () => {
  let aws: Aws;
  let store: MetricStore;
  let registry: Registry;
  let servers: http.Server[];
  let seen: string[];
  let handler: http.RequestListener;

  beforeEach(async () => {
    seen = [];
    servers = [];
    handler = (request, response) => {
      seen.push(request.url ?? "");
      response.setHeader("content-type", "application/json");
      response.end(`{"right":"body"}`);
    };
    store = new MetricStore();
    aws = new Aws("", new Clock(1000), assert.fail);
    registry = new Registry(aws.clock, store, assert.fail, aws, inThisProcess);
    registry.loadBalancers.set(loadBalancerArn, { LoadBalancerArn: loadBalancerArn });
    for (const [i, group] of [live, next].entries()) {
      registry.putGroup(
        {
          TargetGroupArn: group,
          Port: 80,
          HealthCheckPath: "/health",
          HealthCheckIntervalSeconds: 30,
          UnhealthyThresholdCount: 2,
          HealthyThresholdCount: 2,
          Matcher: { HttpCode: "200" },
        },
        scope,
      );
      await registry.putListener(
        {
          ListenerArn: `listener-${i}`,
          LoadBalancerArn: loadBalancerArn,
          Port: 80 + i,
          DefaultActions: [{ Type: "forward", TargetGroupArn: group }],
        },
        scope,
      );
    }
  });

  afterEach(async () => {
    await registry.close();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function start(group: string): Promise<void> {
    const server = http.createServer((request, response) => {
      if (request.url === "/health") response.end();
      else handler(request, response);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const image = { imageDigest: imageOf[group] ?? "", account: scope.account };
    aws.tasks.put({ host: "127.0.0.1", port }, { ...image, startedAt: aws.clock.now() });
    registry.groups.get(group)?.register([{ Id: "127.0.0.1", Port: port }]);
  }
  const get = async (group: string) => {
    const at = registry.listeners.get(group === live ? "listener-0" : "listener-1")?.address;
    const answer = await fetch(`http://127.0.0.1:${at?.port}/x`);
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  };
  const statuses = async (group: string, count: number) => {
    const all: Record<number, number> = {};
    for (let i = 0; i < count; i++) {
      const { status } = await get(group);
      all[status] = (all[status] ?? 0) + 1;
    }
    return all;
  };
  const metric = (name: string, of: Record<string, string> = dimensions) =>
    store.find(scope, "AWS/ApplicationELB", name, of)?.between(0, aws.clock.now().getTime() + 60_000)?.sum;
  const state = (group: string) => registry.groups.get(group)?.describe(undefined)[0]?.TargetHealth;
  async function until(condition: () => boolean): Promise<void> {
    const deadline = performance.now() + 4000;
    while (!condition()) {
      assert.ok(performance.now() < deadline, "waited for 4 s");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  it("5xx: the candidate answers exactly this share with 500, the live version none, and nobody once it is undone", async () => {
    await start(live);
    await start(next);
    const undo = aws.faults.inject(candidate, parseFault("5xx 5%"));
    assert.deepEqual(await statuses(next, 100), { 200: 95, 500: 5 });
    assert.deepEqual(await statuses(live, 40), { 200: 40 });
    assert.equal(metric("HTTPCode_Target_5XX_Count"), 5);
    assert.equal(metric("HTTPCode_ELB_5XX_Count", perLoadBalancer), undefined);
    undo();
    assert.deepEqual(await statuses(next, 40), { 200: 40 });
  });

  it("spares the same image in another account", async () => {
    await start(next);
    aws.faults.inject({ ...candidate, account: "222222222222" }, parseFault("5xx 100%"));
    assert.deepEqual(await statuses(next, 5), { 200: 5 });
  });

  it("4xx: counts as the target's", async () => {
    await start(next);
    aws.faults.inject(candidate, parseFault("4xx 10%"));
    assert.deepEqual(await statuses(next, 20), { 200: 18, 400: 2 });
    assert.equal(metric("HTTPCode_Target_4XX_Count"), 2);
  });

  it("orders by the seed which requests meet a fault", async () => {
    await start(next);
    const places = async (seed: number) => {
      const undo = aws.faults.inject(candidate, parseFault("5xx 25%"), { seed });
      const all: number[] = [];
      for (let i = 0; i < 12; i++) all.push((await get(next)).status);
      undo();
      return all.join();
    };
    assert.equal(await places(3), await places(3));
    assert.notEqual(await places(3), await places(4));
  });

  it("wrong bodies: the right status, type and headers, and a body that is not the service's", async () => {
    await start(next);
    const undo = aws.faults.inject(candidate, parseFault("wrong bodies 50%"));
    const bodies = [(await get(next)).text, (await get(next)).text].sort();
    assert.deepEqual(bodies, [`{"right":"body"}`, `{"wrong":"body"}`]);
    assert.equal(metric("HTTPCode_Target_2XX_Count"), 2);
    undo();
    assert.equal((await get(next)).text, `{"right":"body"}`);
  });

  it("latency: adds wall time, which the target's response time has", async () => {
    await start(next);
    await get(next);
    aws.faults.inject(candidate, parseFault("latency 80 ms"));
    const begun = performance.now();
    assert.equal((await get(next)).status, 200);
    assert.ok(performance.now() - begun >= 79);
    const time = store
      .find(scope, "AWS/ApplicationELB", "TargetResponseTime", dimensions)
      ?.between(0, aws.clock.now().getTime() + 60_000);
    assert.ok(time && time.maximum >= 0.079 && time.maximum < 1);
  });

  it("latency beyond the load balancer's idle time-out is a 504", async () => {
    await start(next);
    registry.putAttributes(loadBalancerArn, { "idle_timeout.timeout_seconds": "0.05" });
    aws.faults.inject(candidate, parseFault("latency 400 ms"));
    assert.deepEqual(await statuses(next, 1), { 504: 1 });
  });

  it("reset: a 502 of the load balancer's, no error of a connection that came about", async () => {
    await start(next);
    aws.faults.inject(candidate, parseFault("reset 20%"));
    assert.deepEqual(await statuses(next, 20), { 200: 16, 502: 4 });
    assert.equal(metric("HTTPCode_ELB_502_Count", perLoadBalancer), 4);
    assert.equal(metric("HTTPCode_Target_5XX_Count"), undefined);
    assert.equal(metric("TargetConnectionErrorCount"), undefined);
    assert.equal(seen.length, 16);
  });

  it("slow start: refuses connections until then, in AWS time, also those of health checks", async () => {
    aws.faults.inject(candidate, parseFault("slow start 300 seconds"));
    await start(next);
    assert.deepEqual(await statuses(next, 1), { 502: 1 });
    assert.equal(metric("TargetConnectionErrorCount"), 1);
    await until(() => state(next)?.State === "unhealthy");
    await until(() => state(next)?.State === "healthy");
    assert.deepEqual(await statuses(next, 1), { 200: 1 });
  });

  it("never healthy: health checks fail, with their code; without the fault the target recovers", async () => {
    const undo = aws.faults.inject(candidate, parseFault("never healthy"));
    await start(live);
    await start(next);
    await until(() => state(next)?.State === "unhealthy");
    assert.equal(state(next)?.Description, "Health checks failed with these codes: [503]");
    await until(() => state(live)?.State === "healthy");
    undo();
    await until(() => state(next)?.State === "healthy");
  });

  it("down: healthy, then refuses all", async () => {
    aws.faults.inject(candidate, parseFault("down after 10 minutes"));
    await start(next);
    await until(() => state(next)?.State === "healthy");
    assert.deepEqual(await statuses(next, 1), { 200: 1 });
    await until(() => state(next)?.State === "unhealthy");
    assert.equal(state(next)?.Reason, "Target.FailedHealthChecks");
    assert.deepEqual(await statuses(next, 1), { 502: 1 });
    assert.equal(metric("TargetConnectionErrorCount"), 1);
  });

  it("5xx at every request fails the health checks, too", async () => {
    aws.faults.inject(candidate, parseFault("5xx 100%"));
    await start(next);
    await until(() => state(next)?.State === "unhealthy");
    assert.equal(state(next)?.Description, "Health checks failed with these codes: [500]");
  });

  it("says the version of a service that does not, and who said it; never over the service's own", async () => {
    await start(next);
    const said = async () => {
      const { headers } = await get(next);
      return [headers.get("x-service-version"), headers.get("x-greenroom-version-by")];
    };
    assert.deepEqual(await said(), ["bbbbbbbbbbbb", "load-balancer"]);
    aws.versions.name(candidate, "abc123");
    assert.deepEqual(await said(), ["abc123", "load-balancer"]);
    const undo = aws.faults.inject(candidate, parseFault("reset 100%"));
    assert.deepEqual(await said(), ["abc123", "load-balancer"]);
    undo();
    handler = (_request, response) => response.writeHead(200, { "X-Service-Version": "own" }).end();
    assert.deepEqual(await said(), ["own", null]);
    assert.throws(() => aws.versions.name(candidate, "a b"), /cannot name a version/);
  });
});
