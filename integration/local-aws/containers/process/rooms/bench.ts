/**
 * What walls cost: `npx tsx integration/local-aws/containers/process/rooms/bench.ts`. Prints requests per second through the
 * load balancer to a server in a room with walls, as a ratio to one without, and how long each takes to start. Rounds
 * alternate, and medians are compared.
 */
import { mkdtempSync, rmSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { Pool } from "undici";
import { Clock } from "../../../core/clock";
import { OwnProcessPlane } from "../../../load-balancing/traffic/own-process";
import { openRooms, type OpenedRooms } from ".";

const rounds = 5;
const secondsEach = 3;
const connections = 16;

const server = `require("http").createServer((_, a) => a.end("x".repeat(400))).listen(process.env.PORT, process.env.HOST, () => console.log("up"))`;

/** A server behind a listener, whose requests a second can be measured. */
async function serving({ rooms, network }: OpenedRooms, folder: string) {
  const place = await rooms.place(8080);
  const begun = performance.now();
  let isUp: () => void = () => undefined;
  const up = new Promise<void>((resolve) => (isUp = resolve));
  await rooms.start(
    { folder, writable: [], readable: [path.dirname(path.dirname(process.execPath))] },
    {
      ...{ command: process.execPath, args: ["-e", server], cwd: "/" },
      environment: { PATH: "/usr/bin:/bin", ...place.environment },
      onOutput: () => isUp(),
    },
    place,
  );
  await up;
  const startMs = performance.now() - begun;
  const clock = new Clock(1);
  const plane = new OwnProcessPlane({ clock, tell: () => undefined, warn: console.warn }, network);
  await plane.setTargets("group", [place.address(8080)]);
  const at = net.createServer();
  await new Promise<void>((resolve) => at.listen(0, "127.0.0.1", resolve));
  const { port } = at.address() as AddressInfo;
  const forward = { Type: "forward" as const, TargetGroupArn: "group" };
  const settings = {
    clientSecret: "",
    loadBalancerArn: "lb",
    protocol: "HTTP",
    port: 80,
    idleTimeoutMs: 60_000,
    rules: [],
  };
  await plane.openListener("listener", { ...settings, defaultActions: [forward] }, at);
  return { startMs, plane, measure: () => requestsPerSecond(port) };
}

async function requestsPerSecond(port: number): Promise<number> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections });
  const end = performance.now() + secondsEach * 1000;
  let answers = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) {
        const { statusCode, body } = await pool.request({ path: "/", method: "GET" });
        await body.dump();
        if (statusCode !== 200) throw new Error(`answered ${statusCode}`);
        answers++;
      }
    }),
  );
  await pool.close();
  return answers / secondsEach;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "greenroom-bench-"));
  const options = { gateway: "http://127.0.0.1:1", hear: () => undefined, outside: "" };
  const [walled, open] = [await openRooms(options), await openRooms({ ...options, asked: "none" as const })];
  try {
    if (walled.rooms.missing !== undefined)
      throw new Error(`there are no walls here: ${walled.rooms.missing}`);
    const [one, other] = [await serving(walled, folder), await serving(open, folder)];
    const [within, without]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      within.push(await one.measure());
      without.push(await other.measure());
    }
    await Promise.all([one.plane.close(), other.plane.close()]);
    const [a, b] = [median(within), median(without)];
    process.stdout.write(
      `with walls ${Math.round(a)} requests/s, without ${Math.round(b)}, ratio ${(a / b).toFixed(2)}; ` +
        `start ${Math.round(one.startMs)} and ${Math.round(other.startMs)} ms\n`,
    );
  } finally {
    await walled.close();
    await open.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
