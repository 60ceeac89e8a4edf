import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2";
import { forwardTargets, routingAction } from "./traffic/actions";

export interface Share {
  targetGroupArn: string;
  weightPercent: number;
}

/** The target groups that actions forward to, and how much of the traffic each gets, in percent. */
export function shares(actions: readonly Action[]): Share[] {
  const targets = forwardTargets(routingAction(actions));
  const total = targets.reduce((sum, { weight }) => sum + weight, 0);
  return targets.map(({ value, weight }) => ({
    targetGroupArn: value,
    weightPercent: total === 0 ? 0 : (100 * weight) / total,
  }));
}
