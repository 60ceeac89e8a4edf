import * as sdk from "@aws-sdk/client-eventbridge";
import type { Session } from "../../direct/session";
import { each, tokens } from "../answers";
import type { Found, Service } from "../resource";
import { tagsOf, without } from "../shapes";

const client = (aws: Session) => aws.client(sdk.EventBridgeClient);

const tags = async (aws: Session, ResourceARN: string | undefined) =>
  tagsOf((await client(aws).send(new sdk.ListTagsForResourceCommand({ ResourceARN }))).Tags);

async function rules(aws: Session, EventBusName: string): Promise<Found[]> {
  const all = await tokens<string, sdk.Rule>(async (NextToken) => {
    const answer = await client(aws).send(new sdk.ListRulesCommand({ EventBusName, NextToken }));
    return [answer.Rules, answer.NextToken];
  });
  return each(all, async (rule) => {
    const Rule = rule.Name ?? "";
    const targets = await tokens<string, sdk.Target>(async (NextToken) => {
      const answer = await client(aws).send(
        new sdk.ListTargetsByRuleCommand({ Rule, EventBusName, NextToken }),
      );
      return [answer.Targets, answer.NextToken];
    });
    const name = EventBusName === "default" ? Rule : `${EventBusName}/${Rule}`;
    return [
      {
        kind: "event rule",
        name,
        attributes: { ...without(rule, "Name", "Arn"), Tags: await tags(aws, rule.Arn) },
      },
      ...targets.map((target) => ({
        kind: "event target",
        name: `${name}/${target.Id}`,
        attributes: without(target, "Id"),
      })),
    ];
  });
}

/** EventBridge: https://docs.aws.amazon.com/eventbridge/latest/APIReference/Welcome.html */
export const events: Service = {
  types: [
    "aws:cloudwatch/eventRule:EventRule",
    "aws:cloudwatch/eventTarget:EventTarget",
    "aws:cloudwatch/eventBus:EventBus",
  ],
  async read(aws) {
    const buses = await tokens<string, sdk.EventBus>(async (NextToken) => {
      const answer = await client(aws).send(new sdk.ListEventBusesCommand({ NextToken }));
      return [answer.EventBuses, answer.NextToken];
    });
    return each(buses, async (bus) => [
      {
        kind: "event bus",
        name: bus.Name ?? "",
        attributes: {
          ...without(bus, "Name", "Arn", "CreationTime", "LastModifiedTime"),
          Tags: await tags(aws, bus.Arn),
        },
      },
      ...(await rules(aws, bus.Name ?? "default")),
    ]);
  },
};
