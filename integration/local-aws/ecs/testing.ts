import http from "node:http";
import assert from "node:assert/strict";
import { buffer } from "node:stream/consumers";
import * as sdk from "@aws-sdk/client-ecs";
import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import { MetricStore } from "../cloudwatch/metric-store";
import type { Container, ContainerEngine, ContainerSpec } from "../containers/engine";
import { Aws } from "../core/aws";
import { Clock } from "../core/clock";
import { Gateway } from "../core/gateway";
import { loadBalancing } from "../load-balancing/load-balancing";
import { readRequest, writeAnswer, writeError } from "../load-balancing/query";
import { ecs } from "./index";

export const account = "111111111111";
export const region = "us-east-1";
export const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;

/** For tests: runs "images" as HTTP servers of this process. */
export class FakeEngine implements ContainerEngine {
  readonly name = "process";
  /** What an image answers with; 200 unless it is here. A sentence instead: it cannot be pulled. */
  readonly images = new Map<string, number | string>();
  readonly running: FakeContainer[] = [];
  readonly specs: ContainerSpec[] = [];
  /** Told of each start, and of each stop while the container still runs. */
  onStart: (container: FakeContainer) => unknown = () => undefined;
  onStop: (container: FakeContainer) => unknown = () => undefined;

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

  close(): Promise<void> {
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
  readonly imageDigest = "sha256:1234";
  readonly ended: Promise<{ exitCode: number | undefined; reason: string }>;
  private end: (how: { exitCode: number; reason: string }) => void = () => undefined;
  private readonly server = http.createServer((_request, response) => {
    response.statusCode = Number(this.engine.images.get(this.spec.image) ?? 200);
    response.end(this.spec.image);
  });

  constructor(
    readonly spec: ContainerSpec,
    private readonly engine: FakeEngine,
  ) {
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

  /** It ends by itself. */
  exit(exitCode: number): void {
    this.server.close();
    this.server.closeAllConnections();
    const at = this.engine.running.indexOf(this);
    if (at >= 0) this.engine.running.splice(at, 1);
    this.end({ exitCode, reason: `exit code ${exitCode}` });
  }

  async stop(): Promise<void> {
    if (!this.engine.running.includes(this)) return;
    await this.engine.onStop(this);
    this.exit(143);
  }
}

/** For tests: the base as far as the acting services need it, in memory. */
export class FakeBase {
  readonly alarms = new Map<string, "OK" | "ALARM">();
  readonly functions = new Map<string, (event: Record<string, string>) => unknown>();
  readonly secrets = new Map<string, string>();
  readonly logs: string[] = [];
  readonly assumed: string[] = [];
  /** Told of each write to a listener or rule, before it is answered. */
  onModify: (arn: string, actions: elb.Action[]) => void = () => undefined;
  private readonly loadBalancers: elb.LoadBalancer[] = [];
  private readonly groups: elb.TargetGroup[] = [];
  private readonly listeners: elb.Listener[] = [];
  private readonly rules: elb.Rule[] = [];
  private readonly server = http.createServer((request, response) => {
    void this.answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const address = this.server.address();
    return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await buffer(request);
    const target = String(request.headers["x-amz-target"] ?? "").split(".")[1];
    const invoked = /\/functions\/([^/]+)\/invocations/.exec(request.url ?? "")?.[1];
    const query = new URLSearchParams(body.toString());
    const json = (status: number, value: unknown, type = "") =>
      response
        .writeHead(status, { "content-type": "application/x-amz-json-1.0", "x-amzn-errortype": type })
        .end(JSON.stringify(value));
    if (invoked) {
      const handler = this.functions.get(decodeURIComponent(invoked));
      if (!handler) return void json(404, { Message: "Function not found" }, "ResourceNotFoundException");
      try {
        await handler(JSON.parse(body.toString()) as Record<string, string>);
        json(200, null);
      } catch (error) {
        response.setHeader("x-amz-function-error", "Unhandled");
        json(200, { errorMessage: String(error) });
      }
    } else if (target) {
      const input = JSON.parse(body.toString()) as Record<string, unknown>;
      const answer = this.json(target, input);
      if (answer) json(200, answer);
      else json(400, { __type: "NotHere", message: target }, "NotHere");
    } else if (query.get("Version") === "2011-06-15") this.sts(query, request, response);
    else {
      const { action, input } = readRequest(body) ?? { action: "none", input: {} };
      const answer = this.elb(action, input as never);
      const failed = typeof answer === "string";
      response.writeHead(failed ? 400 : 200, { "content-type": "text/xml" });
      response.end(failed ? writeError(answer, action) : writeAnswer(action, answer));
    }
  }

  private json(operation: string, input: Record<string, unknown>): object | undefined {
    switch (operation) {
      case "DescribeAlarms":
        return {
          MetricAlarms: (input.AlarmNames as string[])
            .filter((name) => this.alarms.has(name))
            .map((AlarmName) => ({ AlarmName, StateValue: this.alarms.get(AlarmName) })),
        };
      case "GetSecretValue":
        return { SecretString: this.secrets.get(String(input.SecretId)) };
      case "GetParameter":
        return { Parameter: { Name: input.Name, Value: this.secrets.get(String(input.Name)) } };
      case "CreateLogStream":
        return {};
      case "PutLogEvents":
        for (const { message } of input.logEvents as { message: string }[])
          this.logs.push(`${String(input.logGroupName)}:${String(input.logStreamName)}: ${message}`);
        return {};
      default:
        return undefined;
    }
  }

  private sts(query: URLSearchParams, request: http.IncomingMessage, response: http.ServerResponse): void {
    const action = query.get("Action") ?? "";
    const arn = query.get("RoleArn") ?? "";
    const xml = (status: number, text: string) =>
      response.writeHead(status, { "content-type": "text/xml" }).end(text);
    if (arn.endsWith("/missing")) {
      const message = `User is not authorized to perform: sts:AssumeRole on resource: ${arn}`;
      xml(
        403,
        `<ErrorResponse><Error><Code>AccessDenied</Code><Message>${message}</Message></Error></ErrorResponse>`,
      );
    } else if (action === "AssumeRole") {
      const name = arn.split("/").at(-1);
      this.assumed.push(`${name} for ${query.get("RoleSessionName")}`);
      xml(
        200,
        `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA${name}</AccessKeyId>` +
          `<SecretAccessKey>secret of ${name}</SecretAccessKey><SessionToken>token of ${name}</SessionToken>` +
          `<Expiration>2030-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
      );
    } else {
      assert.match(String(request.headers.authorization), /Credential=ASIA/);
      xml(
        200,
        `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
      );
    }
  }

  /** An output, or the code of an error. */
  private elb(action: string, input: ElbInputs): object | string {
    const of = (resource: string) => `arn:aws:elasticloadbalancing:${region}:${account}:${resource}`;
    switch (action) {
      case "CreateLoadBalancer":
        this.loadBalancers.push({
          LoadBalancerArn: of(`loadbalancer/app/${input.Name}/1`),
          DNSName: `${input.Name}.us-east-1.elb.amazonaws.com`,
        });
        return { LoadBalancers: this.loadBalancers.slice(-1) };
      case "CreateTargetGroup":
        this.groups.push({
          ...(input as object),
          TargetGroupArn: of(`targetgroup/${input.Name}/${this.groups.length}`),
          TargetGroupName: input.Name,
        });
        return { TargetGroups: this.groups.slice(-1) };
      case "ModifyTargetGroupAttributes":
        return { Attributes: input.Attributes };
      case "DeleteTargetGroup":
        return {};
      case "DescribeTargetGroups": {
        const found = this.groups.filter(({ TargetGroupName = "" }) =>
          input.Names?.includes(TargetGroupName),
        );
        return found.length === input.Names?.length ? { TargetGroups: found } : "TargetGroupNotFound";
      }
      case "CreateListener": {
        const LoadBalancerArn = input.LoadBalancerArn ?? "";
        const ListenerArn = `${LoadBalancerArn.replace(":loadbalancer/", ":listener/")}/${input.Port}`;
        this.listeners.push({ ...input, ListenerArn } as elb.Listener);
        return { Listeners: this.listeners.slice(-1) };
      }
      case "CreateRule": {
        const RuleArn = `${input.ListenerArn?.replace(":listener/", ":listener-rule/")}/${this.rules.length}`;
        this.rules.push({ RuleArn, Conditions: input.Conditions, Actions: input.Actions, IsDefault: false });
        return { Rules: this.rules.slice(-1) };
      }
      case "ModifyListener": {
        const listener = this.listeners.find(({ ListenerArn }) => ListenerArn === input.ListenerArn);
        if (!listener) return "ListenerNotFound";
        this.onModify(listener.ListenerArn ?? "", input.DefaultActions ?? []);
        listener.DefaultActions = input.DefaultActions;
        return { Listeners: [listener] };
      }
      case "ModifyRule": {
        const rule = this.rules.find(({ RuleArn }) => RuleArn === input.RuleArn);
        if (!rule) return "RuleNotFound";
        this.onModify(rule.RuleArn ?? "", input.Actions ?? []);
        rule.Actions = input.Actions;
        return { Rules: [rule] };
      }
      case "DescribeListeners": {
        const found = this.listeners.filter(({ ListenerArn = "" }) =>
          input.ListenerArns?.includes(ListenerArn),
        );
        return found.length > 0 ? { Listeners: found } : "ListenerNotFound";
      }
      case "DescribeRules": {
        const listener = this.listeners.find(({ ListenerArn }) => ListenerArn === input.ListenerArn);
        const prefix = `${input.ListenerArn?.replace(":listener/", ":listener-rule/")}/`;
        const byDefault = { RuleArn: `${prefix}default`, IsDefault: true, Actions: listener?.DefaultActions };
        return { Rules: [...this.rules.filter(({ RuleArn }) => RuleArn?.startsWith(prefix)), byDefault] };
      }
      default:
        return "TargetGroupNotFound";
    }
  }
}

type ElbInputs = Partial<
  elb.CreateListenerInput &
    elb.CreateRuleInput &
    elb.ModifyRuleInput &
    elb.DescribeListenersInput &
    elb.DescribeTargetGroupsInput &
    elb.ModifyTargetGroupAttributesInput & { Name: string }
>;

/** Polls until `probe` gives a value; bounded by mocha's timeout. */
export async function until<T>(probe: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const refused = (name: string, message?: string | RegExp) => (error: Error) => {
  assert.equal(error.name, name, error.message);
  if (message instanceof RegExp) assert.match(error.message, message);
  else if (message !== undefined) assert.equal(error.message, message);
  return true;
};

/** A load balancer with two target groups, of which the listeners forward to the first; Amazon ECS beside it. */
export async function setting(speed = 5000) {
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const base = new FakeBase();
  const gateway = new Gateway(warn);
  gateway.useBase(await base.listen());
  const aws = new Aws(await gateway.listen(0), new Clock(speed), warn);
  const engine = new FakeEngine();
  const balancing = loadBalancing(aws, gateway, new MetricStore());
  const acting = ecs(aws, engine);
  gateway.serve(acting.service);
  const root = aws.root(account, region);
  const client = aws.client(sdk.ECSClient, root);
  const balancer = aws.client(elb.ElasticLoadBalancingV2Client, root);

  const { LoadBalancers } = await balancer.send(new elb.CreateLoadBalancerCommand({ Name: "web" }));
  const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn;
  const createGroup = async (Name: string) => {
    const { TargetGroups } = await balancer.send(
      new elb.CreateTargetGroupCommand({
        Name,
        Port: 8080,
        HealthCheckPath: "/health",
        HealthCheckIntervalSeconds: 10,
        UnhealthyThresholdCount: 2,
        Matcher: { HttpCode: "200" },
      }),
    );
    const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? "";
    const Attributes = [{ Key: "deregistration_delay.timeout_seconds", Value: "30" }];
    await balancer.send(new elb.ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
    return TargetGroupArn;
  };
  const blue = await createGroup("one");
  const green = await createGroup("two");
  const createListener = async (Port: number) => {
    const DefaultActions: elb.Action[] = [{ Type: "forward", TargetGroupArn: blue }];
    const { Listeners } = await balancer.send(
      new elb.CreateListenerCommand({ LoadBalancerArn, Port, Protocol: "HTTP", DefaultActions }),
    );
    return Listeners?.[0]?.ListenerArn ?? "";
  };
  const production = await createListener(80);
  const test = await createListener(8080);

  const register = async (image: string, changes: Partial<sdk.RegisterTaskDefinitionCommandInput> = {}) => {
    const { taskDefinition } = await client.send(
      new sdk.RegisterTaskDefinitionCommand(definition(image, changes)),
    );
    return taskDefinition?.taskDefinitionArn ?? "";
  };
  const describe = async (include?: sdk.ServiceField[]) => {
    const { services } = await client.send(
      new sdk.DescribeServicesCommand({ cluster: "main", services: ["api"], include }),
    );
    const service = services?.[0];
    assert.ok(service);
    return service;
  };
  const tasks = async (desiredStatus: sdk.DesiredStatus = "RUNNING") => {
    const { taskArns } = await client.send(new sdk.ListTasksCommand({ cluster: "main", desiredStatus }));
    const { tasks: found } = await client.send(
      new sdk.DescribeTasksCommand({ cluster: "main", tasks: taskArns }),
    );
    return found ?? [];
  };
  return {
    aws,
    gateway,
    base,
    engine,
    balancing,
    warnings,
    client,
    balancer,
    blue,
    green,
    production,
    test,
    register,
    describe,
    tasks,
    /** A service with tasks of `image`, in the cluster `main`. */
    async createService(image = "v1", changes: Partial<sdk.CreateServiceCommandInput> = {}) {
      await client.send(new sdk.CreateClusterCommand({ clusterName: "main" }));
      const { service } = await client.send(
        new sdk.CreateServiceCommand({
          cluster: "main",
          serviceName: "api",
          taskDefinition: await register(image),
          desiredCount: 1,
          launchType: "FARGATE",
          deploymentController: { type: "CODE_DEPLOY" },
          loadBalancers: [{ targetGroupArn: blue, containerName: "web", containerPort: 8080 }],
          networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
          ...changes,
        }),
      );
      assert.ok(service);
      return service;
    },
    /** Waits until the task set with this image is steady. */
    steady: (taskDefinition: string) =>
      until(async () =>
        (await describe()).taskSets?.find(
          (set) => set.taskDefinition === taskDefinition && set.stabilityStatus === "STEADY_STATE",
        ),
      ),
    async targets(TargetGroupArn: string): Promise<(string | undefined)[]> {
      const { TargetHealthDescriptions } = await balancer.send(
        new elb.DescribeTargetHealthCommand({ TargetGroupArn }),
      );
      return (TargetHealthDescriptions ?? []).map(({ TargetHealth }) => TargetHealth?.State);
    },
    /** In reverse order of starting; nothing may be left, and nobody may have had to be warned. */
    async close(): Promise<void> {
      await acting.close();
      await engine.close();
      await balancing.close();
      base.close();
      aws.close();
      await gateway.close();
      assert.deepEqual(warnings, []);
    },
  };
}

export type Setting = Awaited<ReturnType<typeof setting>>;

export const definition = (
  image: string,
  changes: Partial<sdk.RegisterTaskDefinitionCommandInput> = {},
): sdk.RegisterTaskDefinitionCommandInput => ({
  family: "api",
  networkMode: "awsvpc",
  requiresCompatibilities: ["FARGATE"],
  cpu: "256",
  memory: "512",
  containerDefinitions: [{ name: "web", image, portMappings: [{ containerPort: 8080 }] }],
  ...changes,
});
