import type { Aws, Identity } from "../../aws";
import type { BusEvent } from "../../events";
import type { Arn } from "../arn";
import { DeliveryFailure } from "../failure";
import { letsIn, type ServiceRequest } from "../resource-policy";

export interface Delivery {
  aws: Aws;
  to: Arn;
  /** What the target gets. */
  input: string;
  /** The input is not simply the event. */
  custom: boolean;
  /** The role's credentials, or nothing where the resource's own policy must let the service in. */
  role?: Identity;
  /** For the policy: who sends. */
  sender: Omit<ServiceRequest, "action">;
  messageGroupId?: string;
  /** Of a message. */
  attributes?: Record<string, string>;
  event: BusEvent;
}

/** A kind of target of rules and schedules. */
export interface TargetKind {
  /** Whether an ARN is one of this kind. */
  is(arn: Arn): boolean;
  /** AWS takes no such target without a role. */
  needsRole: boolean;
  /** @throws {DeliveryFailure} or what the SDK's client threw */
  deliver(delivery: Delivery): Promise<void>;
}

/** Whom a delivery calls as: its role, or the account itself once the resource's policy has let the service in. */
export async function callerOf(
  { aws, to, role, sender }: Delivery,
  action: string,
  policyOf: (owner: Identity) => Promise<string | undefined>,
): Promise<Identity> {
  if (role) return role;
  const owner = aws.root(to.account, to.region);
  const policy = await policyOf(owner);
  if (letsIn(policy, { ...sender, action })) return owner;
  throw new DeliveryFailure(
    "NO_PERMISSIONS",
    `the resource policy of ${to.text} does not let ${sender.service} call ${action} for ${sender.sourceArn}`,
  );
}

/** @throws {DeliveryFailure} when it is not JSON */
export function parseInput(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch {
    throw new DeliveryFailure("INVALID_JSON", `the target's input is not JSON: ${input.slice(0, 200)}`);
  }
}
