import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { toSeconds } from "../../lib/duration";
import type { LoadBalancer } from "../network/load-balancer";
import { physicalName } from "../../lib/naming";
import type { Context } from "../context";
import type { Network } from "../network/network";

export interface TrafficRoutesArgs {
  context: Context;
  /** @example "trivia-api" */
  service: string;
  network: Network;
  loadBalancer: LoadBalancer;
  /**
   * @default plain HTTP
   * @example "arn:aws:acm:us-east-1:222222222222:certificate/1b2c3d4e-0000-4000-8000-000000000001"
   */
  certificateArn?: string;
  /** @example 9000 */
  testPort: number;
  /** @example 8080 */
  targetPort: number;
  /** @example "/health" */
  healthCheckPath: string;
}

/** What the deployment moves: two target groups, and the listeners for customers and for test traffic. */
export class TrafficRoutes extends pulumi.ComponentResource {
  /** The group of the first revision. After that the two take turns: neither is always the live one. */
  readonly blue: aws.lb.TargetGroup;
  readonly green: aws.lb.TargetGroup;
  readonly production: aws.lb.Listener;
  readonly test: aws.lb.Listener;

  constructor(name: string, args: TrafficRoutesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenroom:infra:TrafficRoutes", name, {}, opts);
    this.blue = this.targetGroup(name, "blue", args);
    this.green = this.targetGroup(name, "green", args);
    this.production = this.listener(name, "production", args.loadBalancer.port, this.blue, args);
    // A task set's target group must belong to a load balancer, so that green starts on the test listener.
    // https://docs.aws.amazon.com/codedeploy/latest/userguide/tutorial-ecs-with-hooks-create-second-listener.html
    this.test = this.listener(name, "test", args.testPort, this.green, args);
    this.registerOutputs({ production: this.production.arn, test: this.test.arn });
  }

  private targetGroup(name: string, colour: "blue" | "green", args: TrafficRoutesArgs) {
    return new aws.lb.TargetGroup(
      `${name}-${colour}`,
      {
        name: physicalName("targetGroup", "gr", args.context.environment, args.service, colour),
        vpcId: args.network.vpcId,
        targetType: "ip", // Tasks have network interfaces of their own (awsvpc).
        protocol: "HTTP",
        port: args.targetPort,
        // What a draining task may take to finish its requests. Blue gets none by then, so that short is enough.
        deregistrationDelay: toSeconds("30 seconds"),
        healthCheck: {
          path: args.healthCheckPath,
          matcher: "200",
          interval: toSeconds("10 seconds"),
          timeout: toSeconds("5 seconds"),
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
      },
      { parent: this },
    );
  }

  private listener(
    name: string,
    use: "production" | "test",
    port: number,
    first: aws.lb.TargetGroup,
    args: TrafficRoutesArgs,
  ) {
    return new aws.lb.Listener(
      `${name}-${use}`,
      {
        loadBalancerArn: args.loadBalancer.arn,
        port,
        protocol: args.loadBalancer.protocol,
        certificateArn: args.certificateArn,
        // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
        sslPolicy: args.certificateArn === undefined ? undefined : "ELBSecurityPolicy-TLS13-1-2-2021-06",
        defaultActions: [{ type: "forward", targetGroupArn: first.arn }],
      },
      // The pipeline owns where traffic goes: an update by Pulumi must never send customers to an empty group.
      { parent: this, ignoreChanges: ["defaultActions"] },
    );
  }
}
