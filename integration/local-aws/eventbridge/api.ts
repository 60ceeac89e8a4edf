import * as sdk from "@aws-sdk/client-eventbridge";
import type { Acting, Answer, Call } from "../core/acting";
import type { Aws, Identity } from "../core/aws";
import type { TargetKind } from "../core/delivery";
import { ServiceError } from "../core/errors";
import { Model } from "../core/model";
import { actingService, type Handlers } from "../core/service";
import type { Buses } from "./bus";
import { checkRule, checkTargets } from "./checks";
import { neverEmitted } from "./never-emitted";
import { checkEntries, readEntry } from "./put-events";
import type { BusName, Rules } from "./rules";
import type { ScheduledRules } from "./scheduled-rules";

type State = Record<string, unknown> & {
  Name?: string;
  EventBusName?: string;
  State?: string;
  EventPattern?: string;
};

/** What EventBridge does beside the base, which keeps buses, rules and targets. */
export function besideEventBridge(
  aws: Aws,
  {
    rules,
    buses,
    schedules,
    kinds,
  }: { rules: Rules; buses: Buses; schedules: ScheduledRules; kinds: readonly TargetKind[] },
): Required<Pick<Acting, "signingName" | "operations" | "beside">> {
  const client = (caller: Identity) => aws.client(sdk.EventBridgeClient, caller);

  async function turn(input: { Name?: string; EventBusName?: string }, caller: Identity, enabled: boolean) {
    const bus = busOf(input.EventBusName, caller);
    await client(caller).send(new sdk.DescribeRuleCommand({ Name: input.Name, EventBusName: bus.bus }));
    rules.set(bus, input.Name ?? "", enabled);
    await schedules.follow(bus, input.Name ?? "");
    return {};
  }
  const notImplemented = (what: string) => () =>
    Promise.reject(new ServiceError("NotImplemented", `not implemented: EventBridge.${what}`, 501));

  function warnOfNever(rule: string, pattern: string | undefined): void {
    const awaited = neverEmitted(pattern, aws.events.emitted ?? []);
    if (aws.events.emitted && awaited)
      aws.warn(
        `rule ${rule} waits for ${awaited}: nothing puts such events here, so that it is not rehearsed`,
      );
  }

  /** Answered in the base's place. */
  const answered = {
    async PutEvents({ Entries: given = [], EndpointId }, caller) {
      checkEntries(given, EndpointId);
      const read = given.map((entry) => readEntry(entry, caller, aws.clock.now()));
      read.forEach((event, i) => {
        if ("id" in event) aws.clock.beside(() => buses.put(event, busOf(given[i]?.EventBusName, caller)));
      });
      const Entries = read.map((event) => ("id" in event ? { EventId: event.id } : event));
      return { Entries, FailedEntryCount: read.filter((event) => !("id" in event)).length };
    },
    EnableRule: (input, caller) => turn(input, caller, true),
    DisableRule: (input, caller) => turn(input, caller, false),
    // No event comes by the base, so that its archives would stay empty.
    CreateArchive: notImplemented("CreateArchive"),
    StartReplay: notImplemented("StartReplay"),
  } satisfies Handlers<typeof sdk>;

  /** What AWS refuses; what passes goes on to the base. */
  const checked = {
    async PutRule(input, caller) {
      checkRule(input, busOf(input.EventBusName, caller).bus);
      return {};
    },
    async PutTargets(input, caller) {
      checkTargets(input, kinds);
      const asked = { Rule: input.Rule, EventBusName: input.EventBusName };
      const { Targets = [] } = await client(caller).send(new sdk.ListTargetsByRuleCommand(asked));
      // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
      if (new Set([...Targets, ...(input.Targets ?? [])].map(({ Id }) => Id)).size > 5) {
        const message = "The requested resource exceeds the maximum number allowed.";
        throw new sdk.LimitExceededException({ message, $metadata: {} });
      }
      return {};
    },
    async DeleteRule(input, caller) {
      const asked = { Rule: input.Name, EventBusName: input.EventBusName };
      const { Targets = [] } = await client(caller).send(new sdk.ListTargetsByRuleCommand(asked));
      if (Targets.length > 0)
        throw new ServiceError("ValidationException", "Rule can't be deleted since it has targets.");
      return {};
    },
  } satisfies Handlers<typeof sdk>;

  const service = { name: "EventBridge", signingName: "events", sdk, warn: aws.warn };
  const checks = actingService({ ...service, handlers: checked });

  /** The states that callers gave to rules, by the calls that the base gets. */
  const wanted = new WeakMap<Call, string>();

  const beside: Acting["beside"] = {
    async instead(call) {
      if (!checks.operations.has(call)) return undefined;
      const answer = await checks.operations.answer(call);
      return answer.status === 200 ? undefined : answer;
    },
    before(call) {
      const input = readBody<State>(call.body);
      if (!input) return call;
      // The base knows buses by their names only.
      if (input.EventBusName) input.EventBusName = busOf(input.EventBusName, call.caller).bus;
      const { State = "ENABLED" } = input;
      if (operationOf(call) === "PutRule") input.State = "DISABLED";
      const body = Buffer.from(JSON.stringify(input));
      const changed = { ...call, body, headers: { ...call.headers, "content-length": String(body.length) } };
      wanted.set(changed, State);
      return changed;
    },
    async after(call, answer) {
      const operation = operationOf(call);
      if (/^(Describe|List|Test)/.test(operation)) return withStates(call, answer, rules);
      rules.changed();
      const input = readBody<State>(call.body) ?? {};
      const { Name = "", EventBusName } = input;
      const bus = busOf(EventBusName, call.caller);
      if (operation === "PutRule") rules.set(bus, Name, wanted.get(call) === "ENABLED");
      if (operation === "PutRule") warnOfNever(Name, input.EventPattern);
      if (operation === "DeleteRule") rules.set(bus, Name, false);
      if (operation === "PutRule" || operation === "DeleteRule") await schedules.follow(bus, Name);
      return undefined;
    },
  };
  return { ...actingService({ ...service, handlers: answered }), beside };
}

/** The base's answer, with the states that rules have here. */
function withStates(call: Call, answer: Answer, rules: Rules): Answer | undefined {
  const operation = operationOf(call);
  if (operation !== "DescribeRule" && operation !== "ListRules") return undefined;
  const output = readBody<State & { Rules?: State[] }>(answer.body) ?? {};
  for (const rule of output.Rules ?? [output]) {
    const bus = busOf(rule.EventBusName, call.caller);
    if (rules.isEnabled(bus, rule.Name ?? "")) rule.State = "ENABLED";
  }
  return { ...answer, body: Buffer.from(JSON.stringify(output)) };
}

const model = new Model(sdk);
const operationOf = (call: Call) => model.operationOf(call).asked;

function readBody<T>(body: Buffer): T | undefined {
  try {
    return JSON.parse(body.toString()) as T;
  } catch {
    return undefined;
  }
}

/** A bus by its name or ARN. */
function busOf(given: string | undefined, { account, region }: Identity): BusName {
  const [, where, whose, name] =
    /^arn:aws[\w-]*:events:([\w-]+):(\d{12}):event-bus\/(.+)$/.exec(given ?? "") ?? [];
  return { account: whose ?? account, region: where ?? region, bus: name ?? given ?? "default" };
}
