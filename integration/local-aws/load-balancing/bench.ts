/**
 * What a request costs that goes through a listener: `npx tsx integration/local-aws/load-balancing/bench.ts`.
 * Prints requests per second straight to a target and through the load balancer, on one core each. No base is needed.
 */
import { fork } from "node:child_process";
import http from "node:http";
import { Pool } from "undici";
import { MetricStore } from "../core/metric-store";
import { Aws } from "../core/aws";
import { Clock } from "../core/clock";
import { inOwnProcess, Registry } from "./registry";

const seconds = 4;
const connections = 32;

async function measure(port: number): Promise<number> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections });
  const end = performance.now() + seconds * 1000;
  let answers = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) {
        const { statusCode, body } = await pool.request({ path: "/orders", method: "GET" });
        await body.dump();
        if (statusCode !== 200) throw new Error(`answered ${statusCode}`);
        answers++;
      }
    }),
  );
  await pool.close();
  return answers / seconds;
}

function target(): void {
  const text = JSON.stringify({ question: "?".repeat(400) });
  const server = http.createServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/json", "x-service-version": "1" }).end(text);
  });
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as { port: number }).port));
}

async function balance(targetPort: number): Promise<void> {
  const clock = new Clock(100);
  const registry = new Registry(
    clock,
    new MetricStore(),
    console.warn,
    new Aws("", clock, console.warn),
    inOwnProcess(),
  );
  const scope = { account: "111111111111", region: "us-east-1" };
  registry.loadBalancers.set("lb", { LoadBalancerArn: "lb" });
  registry.putGroup({ TargetGroupArn: "tg", Matcher: { HttpCode: "200" }, HealthCheckPath: "/" }, scope);
  await registry.putListener(
    {
      ListenerArn: "l",
      LoadBalancerArn: "lb",
      Port: 80,
      DefaultActions: [{ Type: "forward", TargetGroupArn: "tg" }],
    },
    scope,
  );
  registry.groups.get("tg")?.register([{ Id: "127.0.0.1", Port: targetPort }]);
  process.send?.(registry.listeners.get("l")?.address.port);
}

async function main(): Promise<void> {
  const start = async (...args: string[]) => {
    const child = fork(__filename, args);
    const port = await new Promise<number>((resolve) =>
      child.once("message", (port) => resolve(Number(port))),
    );
    return { child, port };
  };
  const straight = await start("target");
  const through = await start("balance", String(straight.port));
  try {
    await measure(through.port);
    const [direct, balanced] = [await measure(straight.port), await measure(through.port)];
    console.log(
      `direct ${Math.round(direct)} requests/s, balanced ${Math.round(balanced)} requests/s, ` +
        `ratio ${(balanced / direct).toFixed(2)}`,
    );
  } finally {
    through.child.kill();
    straight.child.kill();
  }
}

const [role, port] = process.argv.slice(2);
if (role === "target") target();
else if (role === "balance") void balance(Number(port));
else void main();
