import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  TargetGroupNotFoundException,
  type TargetHealth,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Aws, Identity } from "../core/aws";
import { minutes, seconds } from "../core/clock";

/** One port of one task in one target group, as a key: `targetGroupArn|host|port`. */
export type Target = string & { readonly target: unique symbol };

export const targetOf = (targetGroupArn: string, { host, port }: { host: string; port: number }): Target =>
  `${targetGroupArn}|${host}|${port}` as Target;

export const parts = (target: Target) => {
  const [TargetGroupArn = "", Id = "", port] = target.split("|");
  return { TargetGroupArn, Targets: [{ Id, Port: Number(port) }] };
};

export async function registerTarget(aws: Aws, identity: Identity, target: Target): Promise<void> {
  await aws.client(ElasticLoadBalancingV2Client, identity).send(new RegisterTargetsCommand(parts(target)));
}

/** Takes a target out of its group, and waits until its last request has ended or the draining is over. */
export async function drainTarget(
  aws: Aws,
  identity: Identity,
  target: Target,
  signal: AbortSignal,
): Promise<void> {
  const client = aws.client(ElasticLoadBalancingV2Client, identity);
  try {
    await client.send(new DeregisterTargetsCommand(parts(target)));
    await aws.clock.until(
      async () =>
        (await targetStates(aws, identity, [parts(target).TargetGroupArn])).has(target) ? undefined : true,
      {
        everyMs: Math.max(seconds(1), 20 * aws.clock.speed),
        // The longest deregistration delay is an hour.
        limitMs: minutes(61),
        signal,
      },
    );
  } catch (error) {
    if (!(error instanceof TargetGroupNotFoundException)) throw error;
  }
}

/** The state of every target of these groups. A group that was deleted has none. */
export async function targetStates(
  aws: Aws,
  identity: Identity,
  targetGroupArns: Iterable<string>,
): Promise<Map<Target, TargetHealth>> {
  const client = aws.client(ElasticLoadBalancingV2Client, identity);
  const states = new Map<Target, TargetHealth>();
  for (const TargetGroupArn of targetGroupArns) {
    const answer = await client
      .send(new DescribeTargetHealthCommand({ TargetGroupArn }))
      .catch((error: unknown) => {
        if (error instanceof TargetGroupNotFoundException) return undefined;
        throw error;
      });
    for (const { Target, TargetHealth } of answer?.TargetHealthDescriptions ?? []) {
      const key = targetOf(TargetGroupArn, { host: Target?.Id ?? "", port: Target?.Port ?? 0 });
      states.set(key, TargetHealth ?? { State: "initial" });
    }
  }
  return states;
}
