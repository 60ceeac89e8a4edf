import * as sdk from "@aws-sdk/client-elastic-load-balancing-v2";
import type * as aws from "@pulumi/aws";
import { present, resourceType, type ResourceTypes } from "../resource-type";
import { client, tagsOrNone } from "./load-balancing";

/** An action of a listener or a rule, as the provider names its members. */
interface Action {
  type: string;
  order?: number;
  targetGroupArn?: string;
  forward?: {
    targetGroups: { arn: string; weight?: number }[];
    stickiness?: { enabled?: boolean; duration: number };
  };
  redirect?: {
    statusCode: string;
    host?: string;
    path?: string;
    port?: string;
    protocol?: string;
    query?: string;
  };
  fixedResponse?: { contentType: string; messageBody?: string; statusCode?: string };
}

/** An action as the service takes it. */
function listenerAction(action: Action): sdk.Action {
  const { type, order, targetGroupArn, forward, redirect, fixedResponse } = action;
  return {
    Type: type as sdk.ActionTypeEnum,
    ...(order === undefined ? {} : { Order: order }),
    ...(targetGroupArn === undefined ? {} : { TargetGroupArn: targetGroupArn }),
    ...(forward && {
      ForwardConfig: {
        TargetGroups: forward.targetGroups.map((group) => ({
          TargetGroupArn: group.arn,
          Weight: group.weight ?? 1,
        })),
        TargetGroupStickinessConfig: forward.stickiness && {
          Enabled: forward.stickiness.enabled ?? false,
          DurationSeconds: forward.stickiness.duration,
        },
      },
    }),
    ...(redirect && {
      RedirectConfig: {
        StatusCode: redirect.statusCode as sdk.RedirectActionStatusCodeEnum,
        Host: redirect.host ?? "#{host}",
        Path: redirect.path ?? "/#{path}",
        Port: redirect.port ?? "#{port}",
        Protocol: redirect.protocol ?? "#{protocol}",
        Query: redirect.query ?? "#{query}",
      },
    }),
    ...(fixedResponse && {
      FixedResponseConfig: {
        ContentType: fixedResponse.contentType,
        MessageBody: fixedResponse.messageBody,
        StatusCode: fixedResponse.statusCode,
      },
    }),
  };
}

const listener = resourceType<aws.lb.ListenerArgs>(async (inputs, resource) => {
  // The provider lets a listener without a protocol be HTTP where the load balancer is an application's.
  const protocol = (inputs.protocol ?? "HTTP") as sdk.ProtocolEnum;
  const answer = await client(resource).send(
    new sdk.CreateListenerCommand({
      LoadBalancerArn: inputs.loadBalancerArn,
      Port: inputs.port,
      Protocol: protocol,
      SslPolicy: inputs.sslPolicy,
      Certificates:
        inputs.certificateArn === undefined ? undefined : [{ CertificateArn: inputs.certificateArn }],
      AlpnPolicy: inputs.alpnPolicy === undefined ? undefined : [inputs.alpnPolicy],
      DefaultActions: inputs.defaultActions.map((action) => listenerAction(action as Action)),
      Tags: tagsOrNone(resource),
    }),
  );
  const arn = present(answer.Listeners?.[0]?.ListenerArn, "the listener's ARN");
  return { id: arn, outputs: { arn, protocol, sslPolicy: inputs.sslPolicy ?? "" } };
});

const listenerRule = resourceType<aws.lb.ListenerRuleArgs>(async (inputs, resource) => {
  const answer = await client(resource).send(
    new sdk.CreateRuleCommand({
      ListenerArn: inputs.listenerArn,
      Priority: present(inputs.priority, "a priority: direct provisioning does not choose one"),
      Actions: inputs.actions.map((action) => listenerAction(action as Action)),
      Conditions: inputs.conditions.map((condition) => ({
        ...(condition.pathPattern && {
          Field: "path-pattern",
          PathPatternConfig: { Values: condition.pathPattern.values && [...condition.pathPattern.values] },
        }),
        ...(condition.hostHeader && {
          Field: "host-header",
          HostHeaderConfig: { Values: condition.hostHeader.values && [...condition.hostHeader.values] },
        }),
        ...(condition.httpHeader && {
          Field: "http-header",
          HttpHeaderConfig: {
            HttpHeaderName: condition.httpHeader.httpHeaderName,
            Values: condition.httpHeader.values && [...condition.httpHeader.values],
          },
        }),
      })),
      Tags: tagsOrNone(resource),
    }),
  );
  const arn = present(answer.Rules?.[0]?.RuleArn, "the rule's ARN");
  return { id: arn, outputs: { arn } };
});

/** Elastic Load Balancing: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html */
export const listeners: ResourceTypes = {
  "aws:lb/listener:Listener": listener,
  "aws:lb/listenerRule:ListenerRule": listenerRule,
};
