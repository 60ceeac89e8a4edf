import assert from "node:assert/strict";
import http from "node:http";
import { buffer, text } from "node:stream/consumers";
import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import { MetricStore } from "../core/metric-store";
import { Aws } from "../core/aws";
import { Clock } from "../core/clock";
import { ServiceError } from "../core/errors";
import { Gateway } from "../core/gateway";
import { answerOf } from "../core/testing";
import { loadBalancing, type LoadBalancing } from "./index";

const arn = (resource: string) => `arn:aws:elasticloadbalancing:us-east-1:111111111111:${resource}`;
const loadBalancerArn = arn("loadbalancer/app/web/3");
const listenerArn = arn("listener/app/web/3/4");
const ruleArn = arn("listener-rule/app/web/3/4/5");
const [blue, green] = [arn("targetgroup/blue/1"), arn("targetgroup/green/2")];

/** The base as far as it matters: like MiniStack it keeps no ForwardConfig, and knows no QueryStringConfig. */
function forgetfulBase(): http.Server {
  let listener: elb.Listener = {};
  let rule: elb.Rule = {};
  const forget = (actions: elb.Action[] = []) =>
    actions.map(({ Type, TargetGroupArn }) => ({ Type, TargetGroupArn, Order: 1 }));
  return http.createServer((request, response) => {
    void buffer(request).then((body) => {
      const answers = (input: object): Record<string, () => object> => ({
        CreateLoadBalancer: () => ({
          LoadBalancers: [{ LoadBalancerArn: loadBalancerArn, DNSName: "web-1.us-east-1.elb.amazonaws.com" }],
        }),
        CreateTargetGroup: () => ({
          TargetGroups: [
            { ...input, TargetGroupArn: "Name" in input && input.Name === "blue" ? blue : green },
          ],
        }),
        DescribeTargetGroups: () => ({
          TargetGroups: [{ TargetGroupArn: blue, LoadBalancerArns: ["wrong"] }],
        }),
        CreateListener: () => {
          const { DefaultActions, ...rest } = input as elb.CreateListenerInput;
          listener = { ...rest, ListenerArn: listenerArn, DefaultActions: forget(DefaultActions) };
          return { Listeners: [listener] };
        },
        ModifyListener: () => {
          listener.DefaultActions = forget((input as elb.ModifyListenerInput).DefaultActions);
          return { Listeners: [listener] };
        },
        DescribeListeners: () => ({ Listeners: [listener] }),
        CreateRule: () => {
          const { Priority, Conditions, Actions } = input as elb.CreateRuleInput;
          rule = { RuleArn: ruleArn, Priority: String(Priority), Actions: forget(Actions), IsDefault: false };
          rule.Conditions = Conditions?.map(({ Field }) => ({ Field, Values: [] }));
          return { Rules: [rule] };
        },
        DescribeRules: () => ({ Rules: [rule] }),
        DeleteListener: () => ({}),
      });
      const answer = answerOf(elb, request, body, (action, input) => {
        const act = answers(input as object)[action];
        if (!act) throw new ServiceError("FromTheBase", action);
        return act();
      });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
}

describe("load balancing beside the base", () => {
  let base: http.Server;
  let gateway: Gateway;
  let aws: Aws;
  let balancing: LoadBalancing;
  let client: elb.ElasticLoadBalancingV2Client;
  let target: http.Server;

  beforeEach(async () => {
    base = forgetfulBase();
    target = http.createServer((_request, response) => response.end("ok"));
    for (const server of [base, target])
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    gateway = new Gateway(assert.fail);
    gateway.useBase(`http://127.0.0.1:${portOf(base)}`);
    aws = new Aws(await gateway.listen(0), new Clock(1000), (message) => assert.fail(message));
    balancing = loadBalancing(aws, new MetricStore());
    gateway.use(balancing);
    client = aws.client(elb.ElasticLoadBalancingV2Client, aws.root("111111111111", "us-east-1"));
    await client.send(new elb.CreateLoadBalancerCommand({ Name: "web" }));
    for (const Name of ["blue", "green"])
      await client.send(
        new elb.CreateTargetGroupCommand({
          Name,
          Port: 8080,
          Matcher: { HttpCode: "200" },
          HealthCheckPath: "/",
        }),
      );
  });

  afterEach(async () => {
    await balancing.close();
    aws.close();
    await gateway.close();
    for (const server of [base, target]) {
      server.closeAllConnections();
      server.close();
    }
  });

  const portOf = (server: http.Server) => (server.address() as { port: number }).port;
  const weighted = (b: number, g: number): elb.Action[] => [
    {
      Type: "forward",
      ForwardConfig: {
        TargetGroups: [
          { TargetGroupArn: blue, Weight: b },
          { TargetGroupArn: green, Weight: g },
        ],
      },
    },
  ];
  const createListener = (DefaultActions: elb.Action[]) =>
    client.send(
      new elb.CreateListenerCommand({
        LoadBalancerArn: loadBalancerArn,
        Port: 80,
        Protocol: "HTTP",
        DefaultActions,
      }),
    );
  const refused = (name: string) => (error: Error) => {
    assert.equal(error.name, name);
    return true;
  };

  it("describes weights as they were given, and shifts traffic before ModifyListener answers", async () => {
    const created = await createListener(weighted(90, 10));
    const described = await client.send(new elb.DescribeListenersCommand({ ListenerArns: [listenerArn] }));
    for (const { Listeners } of [created, described]) {
      assert.deepEqual(Listeners?.[0]?.DefaultActions, [
        {
          Type: "forward",
          Order: 1,
          ForwardConfig: {
            TargetGroups: weighted(90, 10)[0]?.ForwardConfig?.TargetGroups,
            TargetGroupStickinessConfig: { Enabled: false },
          },
        },
      ]);
    }
    await client.send(
      new elb.ModifyListenerCommand({
        ListenerArn: listenerArn,
        DefaultActions: [{ Type: "forward", TargetGroupArn: green }],
      }),
    );
    assert.deepEqual(balancing.shares(listenerArn), [{ targetGroupArn: green, weightPercent: 100 }]);
    const after = await client.send(new elb.DescribeListenersCommand({ ListenerArns: [listenerArn] }));
    assert.equal(after.Listeners?.[0]?.DefaultActions?.[0]?.TargetGroupArn, green);
  });

  it("answers DescribeTargetHealth, with two targets on one address", async () => {
    const Targets = [
      { Id: "127.0.0.1", Port: portOf(target) },
      { Id: "127.0.0.1", Port: 1 },
    ];
    await client.send(new elb.RegisterTargetsCommand({ TargetGroupArn: blue, Targets }));
    const health = async (wanted?: elb.TargetDescription[]) =>
      (await client.send(new elb.DescribeTargetHealthCommand({ TargetGroupArn: blue, Targets: wanted })))
        .TargetHealthDescriptions;
    assert.deepEqual(
      (await health())?.map((each) => each.TargetHealth?.Reason),
      ["Target.NotInUse", "Target.NotInUse"],
    );
    await createListener(weighted(1, 0));
    let described = await health(Targets.slice(0, 1));
    for (let i = 0; i < 100 && described?.[0]?.TargetHealth?.State !== "healthy"; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      described = await health(Targets.slice(0, 1));
    }
    assert.deepEqual(described, [
      { Target: Targets[0], HealthCheckPort: String(portOf(target)), TargetHealth: { State: "healthy" } },
    ]);
    await client.send(
      new elb.DeregisterTargetsCommand({ TargetGroupArn: blue, Targets: Targets.slice(0, 1) }),
    );
    assert.deepEqual((await health(Targets.slice(0, 1)))?.[0]?.TargetHealth, {
      State: "draining",
      Reason: "Target.DeregistrationInProgress",
      Description: "Target deregistration is in progress",
    });
    assert.deepEqual((await health([{ Id: "10.0.0.9" }]))?.[0]?.TargetHealth?.Reason, "Target.NotRegistered");
  });

  it("says which load balancer uses a target group", async () => {
    const users = async () =>
      (await client.send(new elb.DescribeTargetGroupsCommand({ TargetGroupArns: [blue] }))).TargetGroups?.[0]
        ?.LoadBalancerArns;
    assert.deepEqual(await users(), []);
    await createListener(weighted(1, 0));
    assert.deepEqual(await users(), [loadBalancerArn]);
  });

  it("keeps the conditions of a rule, and answers by it", async () => {
    await createListener(weighted(1, 0));
    const Conditions: elb.RuleCondition[] = [
      { Field: "query-string", QueryStringConfig: { Values: [{ Key: "v", Value: "2" }] } },
    ];
    await client.send(
      new elb.CreateRuleCommand({
        ListenerArn: listenerArn,
        Priority: 1,
        Conditions,
        Actions: [{ Type: "forward", TargetGroupArn: green }],
      }),
    );
    const { Rules } = await client.send(new elb.DescribeRulesCommand({ ListenerArn: listenerArn }));
    assert.deepEqual(Rules?.[0]?.Conditions?.[0]?.QueryStringConfig, Conditions[0]?.QueryStringConfig);
    assert.equal(Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups?.[0]?.TargetGroupArn, green);
  });

  it("refuses what AWS refuses and the base does not", async () => {
    const unknown = [{ Type: "forward" as const, TargetGroupArn: arn("targetgroup/none/9") }];
    await assert.rejects(createListener(unknown), refused("TargetGroupNotFoundException"));
    await createListener(weighted(1, 0));
    await assert.rejects(createListener(weighted(1, 0)), refused("DuplicateListenerException"));
    await assert.rejects(
      client.send(new elb.DeleteTargetGroupCommand({ TargetGroupArn: blue })),
      refused("ResourceInUseException"),
    );
  });

  it("leaves another account's target group to the base", async () => {
    const other = aws.client(elb.ElasticLoadBalancingV2Client, aws.root("222222222222", "us-east-1"));
    await assert.rejects(
      other.send(new elb.DescribeTargetHealthCommand({ TargetGroupArn: blue })),
      refused("FromTheBase"),
    );
  });

  const get = (host: string) =>
    new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(aws.endpoint);
      http
        .get({ hostname, port, headers: { host }, agent: false }, (answer) => resolve(text(answer)))
        .on("error", reject);
    });

  it("is reached through the gateway by its name, until it is deleted", async () => {
    await createListener([{ Type: "forward", TargetGroupArn: blue }]);
    const Targets = [{ Id: "127.0.0.1", Port: portOf(target) }];
    await client.send(new elb.RegisterTargetsCommand({ TargetGroupArn: blue, Targets }));
    assert.equal(await get("web-1.us-east-1.elb.amazonaws.com"), "ok");
    assert.equal(await get("web-1.us-east-1.elb.amazonaws.com:80"), "ok");
    await assert.rejects(get("web-1.us-east-1.elb.amazonaws.com:81"));
    await client.send(new elb.DeleteListenerCommand({ ListenerArn: listenerArn }));
    await assert.rejects(get("web-1.us-east-1.elb.amazonaws.com"));
  });

  it("is reached through the gateway by a name under localhost, which its targets see, until it is deleted", async () => {
    await createListener([{ Type: "forward", TargetGroupArn: blue }]);
    const hosts: (string | undefined)[] = [];
    target.prependListener("request", ({ headers }: http.IncomingMessage) => hosts.push(headers.host));
    const Targets = [{ Id: "127.0.0.1", Port: portOf(target) }];
    await client.send(new elb.RegisterTargetsCommand({ TargetGroupArn: blue, Targets }));
    const { port } = new URL(aws.endpoint);
    assert.equal(balancing.name(listenerArn, "web.staging"), `http://web.staging.localhost:${port}/`);
    assert.equal(await get(`web.staging.localhost:${port}`), "ok");
    assert.equal(await get(`Web.Staging.localhost`), "ok");
    assert.ok(hosts.includes(`web.staging.localhost:${port}`));
    await client.send(new elb.DeleteListenerCommand({ ListenerArn: listenerArn }));
    await assert.rejects(get("web.staging.localhost"));
  });
});
