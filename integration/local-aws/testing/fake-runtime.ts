import assert from "node:assert/strict";
import http from "node:http";
import type { Container, ContainerRuntime, ContainerSpec, TaskNetwork } from "../core/container-runtime";

/** For tests: runs "images" as HTTP servers of this process. */
export class FakeRuntime implements ContainerRuntime {
  limits(): string[] {
    return [];
  }

  /** Networks of tasks that are open. */
  networks = 0;
  /** What an image answers with; 200 unless it is here. A sentence instead: it cannot be pulled. */
  readonly images = new Map<string, number | string>();
  /** Of images by their names; `sha256:1234` unless it is here. */
  readonly digests = new Map<string, string>();
  readonly running: FakeContainer[] = [];
  readonly specs: ContainerSpec[] = [];
  /** Told of each start, and of each stop while the container still runs. */
  onStart: (container: FakeContainer) => unknown = () => undefined;
  onStop: (container: FakeContainer) => unknown = () => undefined;

  constructor(readonly name: ContainerRuntime["name"] = "process") {}

  openBuildRoom(): never {
    throw new Error("no builds here");
  }

  async start(spec: ContainerSpec): Promise<Container> {
    this.specs.push(spec);
    const answer = this.images.get(spec.image) ?? 200;
    if (typeof answer === "string") throw new Error(answer);
    const container = new FakeContainer(spec, this);
    await container.open();
    this.running.push(container);
    this.onStart(container);
    return container;
  }

  openTaskNetwork(): Promise<TaskNetwork> {
    this.networks += 1;
    const close = () => {
      this.networks -= 1;
      return Promise.resolve();
    };
    const address = (port: number) => {
      const owner = this.running.find(({ spec }) => spec.containerPorts.includes(port));
      if (!owner) throw new Error(`no container has the port ${port}`);
      return owner.address();
    };
    return Promise.resolve({ id: "network", address, close });
  }

  close(): Promise<void> {
    assert.equal(this.networks, 0, "networks were left open");
    assert.deepEqual(
      this.running.map(({ spec }) => spec.image),
      [],
      "containers were left running",
    );
    return Promise.resolve();
  }
}

export class FakeContainer implements Container {
  readonly id = `container-${Math.random()}`;
  readonly imageDigest: string | undefined;
  readonly ended: Promise<{ exitCode: number | undefined; reason: string }>;
  private end: (how: { exitCode: number; reason: string }) => void = () => undefined;
  private readonly server = http.createServer((_request, response) => {
    response.statusCode = Number(this.runtime.images.get(this.spec.image) ?? 200);
    response.end(this.spec.image);
  });

  constructor(
    readonly spec: ContainerSpec,
    private readonly runtime: FakeRuntime,
  ) {
    this.imageDigest = runtime.digests.get(spec.image) ?? "sha256:1234";
    this.ended = new Promise((resolve) => (this.end = resolve));
  }

  open(): Promise<void> {
    return new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  address(): { host: string; port: number } {
    const address = this.server.address();
    if (typeof address !== "object" || !address) throw new Error("the container has ended");
    return { host: "127.0.0.1", port: address.port };
  }

  /** Its health check says so. */
  becomes(health: "HEALTHY" | "UNHEALTHY"): void {
    this.spec.healthCheck?.onChange(health);
  }

  /** It ends by itself. */
  exit(exitCode: number): void {
    this.server.close();
    this.server.closeAllConnections();
    const at = this.runtime.running.indexOf(this);
    if (at >= 0) this.runtime.running.splice(at, 1);
    this.end({ exitCode, reason: `exit code ${exitCode}` });
  }

  kill(): void {
    if (this.runtime.running.includes(this)) this.exit(137);
  }

  async stop(): Promise<void> {
    if (!this.runtime.running.includes(this)) return;
    await this.runtime.onStop(this);
    this.exit(143);
  }
}
