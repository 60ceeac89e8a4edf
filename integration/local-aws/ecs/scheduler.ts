import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { Tag } from "@aws-sdk/client-ecs";
import type { Aws } from "../core/aws";
import { seconds } from "../core/clock";
import type { ContainerRuntime } from "../core/container-runtime";
import { isChecked } from "./health-check";
import { computedCount, type StoredService, type StoredTask, type StoredTaskSet } from "./model";
import { RunningTask } from "./running-task";
import { sayOfService } from "./service-events";
import { tellAction, tellTask } from "./state-events";
import { parts, targetStates, type Target } from "./targets";

/** Stopped tasks can be described for an hour. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html */
const stoppedTaskLife = seconds(3600);

/** "The service is unable to consistently start tasks successfully": AWS does not say after how many. */
const impairedAfter = 3;

/** Keeps as many tasks of every task set running as it should have, and knows which sets are steady. */
export class Scheduler {
  private readonly running = new Map<string, RunningTask>();
  private readonly services = new Set<StoredService>();
  private readonly stopWatching: () => Promise<void>;
  private readonly closing = new AbortController();

  constructor(
    private readonly aws: Aws,
    private readonly containers: ContainerRuntime,
  ) {
    // Every task that drains listens to it.
    setMaxListeners(0, this.closing.signal);
    // A look every five seconds, but not more often than five times a second on this machine.
    this.stopWatching = aws.clock.every(Math.max(seconds(5), 200 * aws.clock.speed), () => this.watch());
  }

  /** Starts and stops tasks until each task set of the service has its count. */
  reconcile(service: StoredService): void {
    this.services.add(service);
    for (const set of [...service.taskSets]) {
      const live = this.tasksOf(service, set).filter(({ desiredStatus }) => desiredStatus === "RUNNING");
      const wanted = this.closing.signal.aborted ? 0 : computedCount(service, set);
      if (set.pauses === 0) for (let i = live.length; i < wanted; i++) this.start(service, set);
      for (const task of live.slice(wanted)) {
        this.stopTask(task.taskArn, "ServiceSchedulerInitiated", `Scaling activity initiated by ${set.id}`);
      }
      if (live.length !== wanted) set.steadySince = undefined;
      if (!set.active && this.tasksOf(service, set).every(({ lastStatus }) => lastStatus === "STOPPED")) {
        service.taskSets = service.taskSets.filter((one) => one !== set);
      }
    }
    if (!service.active && service.taskSets.length === 0) this.services.delete(service);
  }

  stopTask(taskArn: string, stopCode: NonNullable<StoredTask["stopCode"]>, reason: string): void {
    void this.running.get(taskArn)?.stop(stopCode, reason);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.stopWatching();
    await Promise.all([...this.running.values()].map((task) => task.kill()));
  }

  private tasksOf(service: StoredService, set: StoredTaskSet): StoredTask[] {
    return [...service.cluster.state.tasks.values()].filter(({ startedBy }) => startedBy === set.id);
  }

  private start(service: StoredService, set: StoredTaskSet): void {
    const { cluster } = service;
    const { account, region } = cluster.state.owner;
    const id = randomUUID().replaceAll("-", "");
    const task: StoredTask = {
      taskArn: `arn:aws:ecs:${region}:${account}:task/${cluster.name}/${id}`,
      clusterArn: cluster.arn,
      taskDefinitionArn: set.taskDefinition.taskDefinitionArn,
      group: `service:${service.name}`,
      startedBy: set.id,
      launchType: set.launchType,
      platformVersion: set.platformVersion,
      platformFamily: "Linux",
      cpu: set.taskDefinition.cpu,
      memory: set.taskDefinition.memory,
      lastStatus: "PROVISIONING",
      desiredStatus: "RUNNING",
      healthStatus: "UNKNOWN",
      createdAt: this.aws.clock.now(),
      containers: set.taskDefinition.containerDefinitions.map(({ name, image }) => ({
        containerArn: `arn:aws:ecs:${region}:${account}:container/${cluster.name}/${id}/${randomUUID()}`,
        taskArn: `arn:aws:ecs:${region}:${account}:task/${cluster.name}/${id}`,
        name,
        image,
        lastStatus: "PENDING",
        healthStatus: "UNKNOWN",
      })),
      attachments: [],
      overrides: { containerOverrides: [] },
      tags: tagsOf(service, set),
    };
    cluster.state.tasks.set(task.taskArn, task);
    tellTask(this.aws, service, task);
    const running = new RunningTask(this.aws, this.containers, service, set, task, this.closing.signal);
    this.running.set(task.taskArn, running);
    // Its place is taken as soon as it begins to end; its connections may drain for long.
    void running.leaving.then(({ byItself }) => this.replace(service, set, byItself));
    void running.ended.then(() => {
      this.running.delete(task.taskArn);
      this.reconcile(service);
    });
  }

  private async replace(service: StoredService, set: StoredTaskSet, byItself: boolean): Promise<void> {
    if (byItself) set.failures += 1;
    if (byItself && set.failures === impairedAfter)
      tellAction(this.aws, service, service, { eventType: "WARN", eventName: "SERVICE_TASK_START_IMPAIRED" });
    // "…the service scheduler throttles how often service tasks are launched if they repeatedly fail to start."
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html
    const pause = byItself ? Math.min(seconds(2 ** Math.min(set.failures, 10)), seconds(27 * 60)) : 0;
    set.pauses += 1;
    // A fast clock must not keep this machine busy with starts: at most five a second.
    await this.aws.clock.sleep(Math.max(pause, 200 * this.aws.clock.speed), this.closing.signal);
    set.pauses -= 1;
    this.reconcile(service);
  }

  /** A set has just become steady; the service is when all are. */
  private steady(service: StoredService, set: StoredTaskSet): void {
    tellAction(this.aws, service, set, { eventType: "INFO", eventName: "TASKSET_STEADY_STATE" });
    if (service.taskSets.every((one) => one === set || one.steadySince))
      tellAction(this.aws, service, service, { eventType: "INFO", eventName: "SERVICE_STEADY_STATE" });
  }

  private async watch(): Promise<void> {
    for (const service of this.services) {
      try {
        await this.look(service);
      } catch (error) {
        this.aws.warn(`ECS could not look after the service ${service.name}: ${String(error)}`);
      }
    }
  }

  private async look(service: StoredService): Promise<void> {
    const { state } = service.cluster;
    const now = this.aws.clock.now();
    const groups = new Set(
      service.taskSets.flatMap(({ loadBalancers }) => loadBalancers.map((one) => one.targetGroupArn ?? "")),
    );
    const states = await targetStates(this.aws, state.owner, groups);
    for (const set of service.taskSets) {
      const tasks = this.tasksOf(service, set).filter(({ desiredStatus }) => desiredStatus === "RUNNING");
      // A task whose containers are checked counts once they are healthy.
      const checked = set.taskDefinition.containerDefinitions.some(
        (one) => one.essential !== false && isChecked(one),
      );
      let healthy = 0;
      for (const task of tasks) {
        const targets = this.running.get(task.taskArn)?.targets ?? [];
        const stateOf = (target: Target) => states.get(target)?.State;
        const serves = targets.every((one) => ["healthy", "unused"].includes(stateOf(one) ?? ""));
        const fit = !checked || task.healthStatus === "HEALTHY";
        if (task.lastStatus === "RUNNING" && serves && fit) healthy += 1;
        const grace = seconds(service.settings.healthCheckGracePeriodSeconds ?? 0);
        const old = task.startedAt && now.getTime() - task.startedAt.getTime() > grace;
        const unhealthy = old && targets.find((one) => stateOf(one) === "unhealthy");
        if (unhealthy) {
          sayOfService(service, now, whyUnhealthy(task, unhealthy, states.get(unhealthy)?.Description));
          this.stopTask(task.taskArn, "ServiceSchedulerInitiated", "Task failed ELB health checks");
        }
      }
      const steady = healthy === computedCount(service, set) && tasks.length === healthy;
      if (steady) {
        if (!set.steadySince) this.steady(service, set);
        set.steadySince ??= now;
        set.failures = 0;
      } else set.steadySince = undefined;
    }
    for (const [arn, task] of state.tasks) {
      if (task.stoppedAt && now.getTime() - task.stoppedAt.getTime() > stoppedTaskLife)
        state.tasks.delete(arn);
    }
  }
}

function whyUnhealthy({ taskArn }: StoredTask, target: Target, description = "Health checks failed"): string {
  const { TargetGroupArn, Targets } = parts(target);
  const id = taskArn.split("/").at(-1);
  return `(task ${id}) (port ${Targets[0]?.Port}) is unhealthy in (target-group ${TargetGroupArn}) due to (reason ${description})`;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html */
function tagsOf({ settings, tags, name, cluster }: StoredService, { taskDefinition }: StoredTaskSet): Tag[] {
  const { propagateTags, enableECSManagedTags } = settings;
  const propagated =
    propagateTags === "SERVICE"
      ? tags
      : propagateTags === "TASK_DEFINITION"
        ? (cluster.state.tagsOfTaskDefinitions.get(taskDefinition.taskDefinitionArn) ?? [])
        : [];
  const managed = enableECSManagedTags
    ? [
        { key: "aws:ecs:clusterName", value: cluster.name },
        { key: "aws:ecs:serviceName", value: name },
      ]
    : [];
  return [...propagated, ...managed];
}
