import assert from "node:assert/strict";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { Clock } from "../../core/clock";
import { OwnProcessPlane } from "./own-process";
import type { Address, ListenerSettings, TrafficEvent, TrafficTarget } from "./plane";

/** A traffic process with one listener and two target groups, each of one target that says its name. */
describe("the traffic process", () => {
  let clock: Clock;
  let plane: OwnProcessPlane;
  let told: { event: TrafficEvent; atMs: number }[];
  let servers: http.Server[];
  let at: Address;
  const targets: Record<string, TrafficTarget> = {};
  const agent = new http.Agent({ keepAlive: true });

  const to = (weights: Record<string, number>): ListenerSettings => ({
    loadBalancerArn: "lb",
    protocol: "HTTP",
    port: 80,
    clientSecret: "secret",
    idleTimeoutMs: 60_000,
    defaultActions: [
      {
        Type: "forward",
        ForwardConfig: {
          TargetGroups: Object.entries(weights).map(([TargetGroupArn, Weight]) => ({
            TargetGroupArn,
            Weight,
          })),
        },
      },
    ],
    rules: [],
  });

  beforeEach(async () => {
    clock = new Clock(100);
    told = [];
    plane = new OwnProcessPlane({
      clock,
      tell: (event, atMs) => void told.push({ event, atMs }),
      warn: assert.fail,
    });
    servers = [];
    for (const name of ["blue", "green"]) {
      const server = http.createServer((_, response) => response.end(name));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      servers.push(server);
      targets[name] = { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
      await plane.setTargets(name, [targets[name]]);
    }
    const listening = net.createServer();
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    at = { host: "127.0.0.1", port: (listening.address() as AddressInfo).port };
    await plane.openListener("listener", to({ blue: 1 }), listening);
  });

  afterEach(async () => {
    await plane.close();
    agent.destroy();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  const ask = () =>
    new Promise<string>((resolve, reject) => {
      http
        .get({ ...at, agent }, (response) => {
          let body = "";
          response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
          response.on("end", () => resolve(response.statusCode === 200 ? body : String(response.statusCode)));
        })
        .on("error", reject);
    });
  const until = async (holds: () => boolean) => {
    for (let i = 0; !holds() && i < 500; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.ok(holds());
  };
  const pidOf = () => (plane as unknown as { child: { pid: number } }).child.pid;
  const lives = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it("has a change in force when it says so, and loses no request over it", async () => {
    for (let i = 0; i < 40; i++) {
      const group = i % 2 === 0 ? "green" : "blue";
      await plane.changeListener(
        "listener",
        to({ blue: Number(group === "blue"), green: Number(group === "green") }),
      );
      assert.deepEqual(await Promise.all([ask(), ask(), ask()]), [group, group, group]);
    }
    await plane.setTargets("green", []);
    await plane.changeListener("listener", to({ green: 1 }));
    assert.equal(await ask(), "503");
  });

  it("tells of each request, with its moment in AWS time, at any speed", async () => {
    const free = clock.pace(2);
    const before = clock.now().getTime();
    for (let i = 0; i < 5; i++) await ask();
    const after = clock.now().getTime();
    free();
    await until(() => told.length === 10);
    const count = (type: TrafficEvent["type"]) => told.filter(({ event }) => event.type === type).length;
    assert.deepEqual([count("request"), count("answer")], [5, 5]);
    // Two processes read the wall clock, which may differ by a millisecond.
    for (const { atMs } of told) assert.ok(atMs >= before - 5 && atMs <= after + 5, `${atMs - before}`);
  });

  it("gives a fault its exact share, whatever else changes meanwhile", async () => {
    const door = {
      startedAtMs: clock.now().getTime(),
      injections: [{ fault: { kind: "5xx", share: 0.1 } as const, seed: 1 }],
      version: "v1",
    };
    const answers: string[] = [];
    for (let i = 0; i < 100; i++) {
      if (targets.blue) await plane.setTargets("blue", [{ ...targets.blue, door }]);
      answers.push(await ask());
    }
    // A share is exact in every 10 000, and random in between.
    const bad = answers.filter((answer) => answer !== "blue");
    assert.ok(bad.length >= 2 && bad.length <= 22, `${bad.length} of 100`);
  });

  it("knows how old a task is, in AWS time", async () => {
    const door = {
      startedAtMs: clock.now().getTime(),
      injections: [{ fault: { kind: "down", afterSeconds: 30 } as const, seed: 1 }],
      version: "v1",
    };
    if (targets.blue) await plane.setTargets("blue", [{ ...targets.blue, door }]);
    assert.equal(await ask(), "blue");
    await clock.sleep(30_000);
    assert.equal(await ask(), "502");
  });

  it("says when a target has no request in flight any more", async () => {
    let answer: () => void = () => undefined;
    servers[0]?.removeAllListeners("request").on("request", (_, response: http.ServerResponse) => {
      answer = () => response.end("late");
    });
    const asked = ask();
    await until(() => told.some(({ event }) => event.type === "request"));
    let idle = false;
    const waits = plane.idle("blue", targets.blue ?? at).then(() => (idle = true));
    await plane.changeListener("listener", to({ green: 1 }));
    assert.equal(idle, false);
    answer();
    await waits;
    assert.equal(await asked, "late");
  });

  it("goes on when everything gets a Ctrl-C, and leaves nothing when it is closed", async () => {
    const pid = pidOf();
    process.kill(pid, "SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await ask(), "blue");
    await plane.close();
    assert.equal(lives(pid), false);
    await assert.rejects(ask());
  });

  it("ends what is waited for when it is closed, and what is asked afterwards", async () => {
    servers[0]?.removeAllListeners("request");
    const asked = assert.rejects(ask());
    await until(() => told.some(({ event }) => event.type === "request"));
    const waits = plane.idle("blue", targets.blue ?? at);
    await plane.close();
    await Promise.all([waits, asked, plane.forgetTarget("blue", targets.blue ?? at)]);
  });

  it("does not die quietly", async () => {
    const failed = assert.rejects(
      plane.failed,
      /^Error: the traffic process of the load balancers ended: it got SIGKILL$/,
    );
    const asked = assert.rejects(
      plane.idle("nobody", at).then(() => plane.changeListener("listener", to({ green: 1 }))),
      /the traffic process of the load balancers/,
    );
    process.kill(pidOf(), "SIGKILL");
    await failed;
    await asked;
    await assert.rejects(plane.setTargets("blue", []), /ended: it got SIGKILL/);
  });
});
