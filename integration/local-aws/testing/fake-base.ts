import assert from "node:assert/strict";
import http from "node:http";
import { buffer } from "node:stream/consumers";
import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import { ServiceError } from "../core/errors";
import { answerOf } from "../core/testing";

export const account = "111111111111";
export const region = "us-east-1";

const notFound = {
  GetSecretValue: ["ResourceNotFoundException", "Secrets Manager can't find the specified secret."],
  GetParameter: ["ParameterNotFound", "not there"],
} as const;

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
      else if (target in notFound) {
        const [code, message] = notFound[target as keyof typeof notFound];
        json(400, { __type: code, message }, code);
      } else json(400, { __type: "NotHere", message: target }, "NotHere");
    } else if (query.get("Version") === "2011-06-15") this.sts(query, request, response);
    else {
      const answer = answerOf(elb, request, body, (action, input) => {
        const output = this.elb(action, input as ElbInputs);
        if (typeof output === "string") throw new ServiceError(output, action);
        return output;
      });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    }
  }

  /** Of a secret or parameter; that of a version of a secret is stored under `id stage version`. */
  private valueOf(key: unknown[], answer: (value: string) => object): object | undefined {
    const value = this.secrets.get(key.filter((part) => part !== undefined).join(" "));
    return value === undefined ? undefined : answer(value);
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
        return this.valueOf([input.SecretId, input.VersionStage, input.VersionId], (SecretString) => ({
          SecretString,
        }));
      case "GetParameter":
        return this.valueOf([input.Name], (Value) => ({ Parameter: { Name: input.Name, Value } }));
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
      const session = `arn:aws:sts::${account}:assumed-role/task/1`;
      xml(
        200,
        `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>${account}</Account><Arn>${session}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`,
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
