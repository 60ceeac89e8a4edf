import * as sdk from "@aws-sdk/client-cloudwatch";
import type { Acting, Beside } from "../core/acting";
import type { Aws } from "../core/aws";
import { definitionOf, type AlarmDefinition } from "./definition";
import { evaluate, evaluationRange, reasonOf, type AlarmState, type PeriodValue } from "./evaluation";
import { emits, StateChanges } from "./state-changes";
import { statisticOf, type MetricScope, type MetricStore } from "../core/metric-store";
import { Model } from "../core/model";

const model = new Model(sdk);

const minuteMs = 60_000;
/**
 * When a minute's metrics are there to be evaluated. A load balancer sends them "in 60-second intervals"
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html), so an
 * alarm knows of a minute when the next has passed. Here they are there at once; to act on them earlier than AWS can
 * would make a rehearsed rollback look faster than the real one.
 */
export const deliveryMs = 60_000;
/** At most twenty rounds in a second of wall time; a round makes up for all the minutes that passed. */
const leastWallMs = 50;

interface Watched {
  definition: AlarmDefinition;
  state: AlarmState;
}

interface Scope extends MetricScope {
  alarms: Map<string, Watched>;
  /** Writes come in while a refresh is under way: the last one counts. */
  refreshing: Promise<void>;
}

/**
 * Evaluates the metric alarms on metrics that are measured here. The definitions and the states are the base's, so
 * DescribeAlarms, alarm history and notifications are too; a change of state goes there by SetAlarmState.
 *
 * Each alarm is evaluated at the end of every minute of AWS time, on a window that slides by the minute whatever its
 * period (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html). A fast clock skips no
 * minute.
 */
export function cloudwatch(aws: Aws, store: MetricStore): Acting & { close(): Promise<void> } {
  const scopes = new Map<string, Scope>();
  const changes = new StateChanges(aws);
  const warned = new Set<string>();
  const warnOnce = (message: string) => {
    if (!warned.has(message)) aws.warn(message);
    warned.add(message);
  };
  const clientOf = (scope: MetricScope) =>
    aws.client(sdk.CloudWatchClient, aws.root(scope.account, scope.region));

  const beside: Beside = {
    async after(call) {
      const { asked: action } = model.operationOf(call);
      if (/^(Describe|Get|List)/.test(action)) return undefined;
      const { account, region } = call.caller;
      if (action === "PutCompositeAlarm") {
        warnOnce(`composite alarms in ${account}/${region} follow only the states that the base gives them`);
        return undefined;
      }
      const key = `${account}/${region}`;
      let scope = scopes.get(key);
      if (!scope)
        scopes.set(key, (scope = { account, region, alarms: new Map(), refreshing: Promise.resolve() }));
      const refresh = scope.refreshing.then(() => readDefinitions(scope));
      scope.refreshing = refresh.catch((error: unknown) =>
        aws.warn(`the alarms of ${key} cannot be read: ${String(error)}`),
      );
      // Data may change the state of an alarm that the base evaluates; whoever sends it does not wait for that.
      if (action !== "PutMetricData") await scope.refreshing;
      return undefined;
    },
  };

  async function readDefinitions(scope: Scope): Promise<void> {
    const found = new Map<string, Watched>();
    let NextToken: string | undefined;
    do {
      const page = await clientOf(scope).send(
        new sdk.DescribeAlarmsCommand({
          AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
          MaxRecords: 100,
          NextToken,
        }),
      );
      for (const alarm of page.MetricAlarms ?? []) watch(alarm, found);
      for (const alarm of [...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])])
        changes.see(alarm, scope);
      NextToken = page.NextToken;
    } while (NextToken);
    scope.alarms = found;
  }

  function watch(alarm: sdk.MetricAlarm, found: Map<string, Watched>): void {
    const definition = definitionOf(alarm, store);
    if (!definition) return;
    if ("refused" in definition) return warnOnce(definition.refused);
    found.set(definition.name, { definition, state: alarm.StateValue ?? "INSUFFICIENT_DATA" });
  }

  async function evaluateAt(scope: Scope, endMs: number): Promise<void> {
    for (const watched of [...scope.alarms.values()]) {
      const { definition } = watched;
      const range = valuesOf(store, scope, definition, endMs - deliveryMs);
      const state = evaluate(definition.rule, range, watched.state);
      if (state === watched.state) continue;
      watched.state = state;
      const reason = reasonOf(definition.rule, range, state);
      try {
        await clientOf(scope).send(
          new sdk.SetAlarmStateCommand({
            AlarmName: definition.name,
            StateValue: state,
            StateReason: reason,
          }),
        );
      } catch (error) {
        // An alarm that was deleted in this moment has no state.
        if (scope.alarms.has(definition.name)) aws.warn(`alarm "${definition.name}": ${String(error)}`);
      }
    }
  }

  const closing = new AbortController();
  const running = (async () => {
    const { clock } = aws;
    let doneMs = Math.floor(clock.now().getTime() / minuteMs) * minuteMs;
    while (!closing.signal.aborted) {
      const waitMs = doneMs + minuteMs - clock.now().getTime();
      await clock.sleep(Math.max(waitMs, leastWallMs * clock.speed), closing.signal);
      for (; doneMs + minuteMs <= clock.now().getTime() && !closing.signal.aborted; doneMs += minuteMs) {
        store.takeGauges(doneMs + minuteMs);
        for (const scope of scopes.values()) await evaluateAt(scope, doneMs + minuteMs);
      }
    }
  })().catch((error: unknown) => aws.warn(`alarms are no longer evaluated: ${String(error)}`));

  return {
    signingName: "monitoring",
    beside,
    emits: [emits],
    /** Stops evaluating. */
    async close() {
      closing.abort();
      await running;
      await Promise.all([...scopes.values()].map(({ refreshing }) => refreshing));
    },
  };
}

/** The values of an alarm's evaluation range, oldest first, for the periods that end at `endMs` and before. */
export function valuesOf(
  store: MetricStore,
  scope: MetricScope,
  definition: AlarmDefinition,
  endMs: number,
): PeriodValue[] {
  const { namespace, metric, dimensions, statistic, periodMs, rule } = definition;
  const series = store.find(scope, namespace, metric, dimensions);
  const periods = evaluationRange(rule.evaluationPeriods);
  return Array.from({ length: periods }, (_, i) => {
    const fromMs = endMs - (periods - i) * periodMs;
    const point = series?.between(fromMs, fromMs + periodMs);
    return point && statisticOf(point, statistic);
  });
}
