import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { Target } from "@aws-sdk/client-scheduler";
import { DeliveryFailure, targetKinds, type TargetKind } from "../core/delivery";

/**
 * What a schedule delivers to: the kinds of rules, and event buses by PutEvents.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
 */
export const kindsOf = (target: Target): readonly TargetKind[] => [...targetKinds, eventBus(target)];

const eventBus = ({ EventBridgeParameters: parameters }: Target): TargetKind => ({
  is: ({ service, resource }) => service === "events" && resource.startsWith("event-bus/"),
  needsRole: true,
  async deliver({ aws, to, role, input }) {
    if (!role) throw new Error(`${to.text} needs a role`);
    const entry = { ...parameters, Detail: input, EventBusName: to.text };
    const answer = await aws.client(EventBridgeClient, role).send(new PutEventsCommand({ Entries: [entry] }));
    const { ErrorCode, ErrorMessage } = answer.Entries?.[0] ?? {};
    if (ErrorCode) throw new DeliveryFailure("INVALID_PARAMETER", `${ErrorCode}: ${ErrorMessage}`);
  },
});
