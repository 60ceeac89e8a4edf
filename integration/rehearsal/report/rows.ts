import type { ActionRun, AwsMs, DeploymentRun, ReleaseTimeline } from "../model";

/** A bar of the timeline. */
export interface Bar {
  row: string;
  status: string;
  from: AwsMs;
  to: AwsMs;
}

/** A row of the timeline: a stage, or a step of a deployment below it. */
export interface Row {
  name: string;
  label: string;
  indented: boolean;
}

/** The rows and bars of one environment's releases, stages in the order of the pipeline. */
export function timelineRows(releases: readonly ReleaseTimeline[]): { rows: Row[]; bars: Bar[] } {
  const rows: Row[] = [];
  const bars: Bar[] = [];
  const stages = [...new Set(releases.flatMap(({ actions }) => actions.map(({ stage }) => stage)))];
  for (const stage of stages) {
    rows.push({ name: stage, label: stage, indented: false });
    const steps = new Set<string>();
    for (const release of releases) {
      const actions = release.actions.filter((action) => action.stage === stage);
      if (actions.length > 0) bars.push(stageBar(stage, actions, release));
      for (const { deployment } of actions) {
        for (const bar of deployment ? deploymentBars(stage, deployment, release.endedAt) : []) {
          bars.push(bar);
          steps.add(bar.row);
        }
      }
    }
    for (const name of steps) rows.push({ name, label: name.slice(stage.length + 1), indented: true });
  }
  return { rows, bars };
}

function stageBar(stage: string, actions: ActionRun[], { endedAt }: ReleaseTimeline): Bar {
  const worst = ["Failed", "Abandoned", "InProgress", "Stopped"].find((status) =>
    actions.some((action) => action.status === status),
  );
  return {
    row: stage,
    status: worst ?? actions[0]?.status ?? "",
    from: Math.min(...actions.map((action) => action.startedAt)),
    to: Math.max(...actions.map((action) => action.endedAt ?? endedAt)),
  };
}

/** Lifecycle events that happened, and what followed the last one: the wait before termination, or the rollback. */
function deploymentBars(stage: string, deployment: DeploymentRun, releaseEnd: AwsMs): Bar[] {
  const end = deployment.endedAt ?? releaseEnd;
  const bars: Bar[] = [];
  for (const { name, status, startedAt, endedAt } of deployment.events) {
    if (startedAt === undefined || status === "Skipped") continue;
    bars.push({ row: `${stage}/${name}`, status, from: startedAt, to: endedAt ?? end });
  }
  const last = Math.max(...bars.map(({ to }) => to));
  const succeeded = deployment.status === "Succeeded";
  if (bars.length > 0 && end > last && (succeeded || deployment.rollbackDeploymentId)) {
    const name = succeeded ? "Termination wait" : "Rollback";
    bars.push({
      row: `${stage}/${name}`,
      status: succeeded ? "Succeeded" : "RolledBack",
      from: last,
      to: end,
    });
  }
  return bars;
}
