import { setTimeout as wait } from "node:timers/promises";
import type { TaskStopCode } from "@aws-sdk/client-ecs";
import type { Aws, Identity } from "../core/aws";
import type { ContainerRuntime, TaskNetwork } from "../core/container-runtime";
import { holds, inOrder } from "./dependencies";
import { taskHealth } from "./health-check";
import type { StoredService, StoredTask, StoredTaskSet } from "./model";
import { tellTask } from "./state-events";
import { resolveSecrets } from "./secrets";
import { drainTarget, registerTarget, targetOf, type Target } from "./targets";
import { TaskContainer, type ContainerDefinition, type TaskPlace } from "./task-container";

/** Seconds. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html#ECS-Type-ContainerDefinition-startTimeout */
const defaultStartTimeout = 180;

/**
 * The life of one task: its containers, its targets, its end.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
 */
export class RunningTask {
  readonly targets: Target[] = [];
  /** Take its addresses out of the directory of tasks. */
  private readonly directory: (() => void)[] = [];
  /** When it begins to end: by itself, or because it was told to. From then on it takes no new request. */
  readonly leaving: Promise<{ byItself: boolean }>;
  /** When it has stopped. */
  readonly ended: Promise<void>;
  private readonly started = new Map<string, TaskContainer>();
  private network?: TaskNetwork;
  private readonly identity: Identity;
  private readonly life: Promise<void>;
  private readonly leavingSignal = new AbortController();
  private announce: (how: { byItself: boolean }) => void = () => undefined;
  private end: () => void = () => undefined;
  private stopping?: Promise<void>;

  constructor(
    private readonly aws: Aws,
    private readonly containers: ContainerRuntime,
    private readonly service: StoredService,
    private readonly set: StoredTaskSet,
    private readonly task: StoredTask,
    /** The local AWS is going away: nothing is drained any more. */
    private readonly closing: AbortSignal,
  ) {
    this.identity = service.cluster.state.owner;
    this.leaving = new Promise((resolve) => (this.announce = resolve));
    this.ended = new Promise((resolve) => (this.end = resolve));
    this.life = this.run().catch((error: unknown) => {
      // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
      void this.stop("TaskFailedToStart", error instanceof Error ? error.message : String(error), true);
    });
  }

  /** Drains its targets, then stops its containers. */
  stop(stopCode: TaskStopCode, reason: string, byItself = false): Promise<void> {
    this.stopping ??= this.leave(stopCode, reason, byItself);
    return this.stopping;
  }

  /** Stops its containers at once: the local AWS is going away. */
  async kill(): Promise<void> {
    this.task.desiredStatus = "STOPPED";
    this.leavingSignal.abort();
    await this.life;
    if (this.stopping) return this.stopping;
    await this.stopContainers();
  }

  private async run(): Promise<void> {
    const { task, set } = this;
    const { executionRoleArn, taskRoleArn, containerDefinitions } = set.taskDefinition;
    task.pullStartedAt = this.aws.clock.now();
    this.show("PENDING");
    const { region } = this.identity;
    const id = task.taskArn.split("/").at(-1) ?? "";
    const execution = executionRoleArn
      ? await this.aws.assumeRole(executionRoleArn, region, id)
      : this.identity;
    const role = taskRoleArn ? await this.aws.assumeRole(taskRoleArn, region, id) : undefined;
    // All of them before any container: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
    const secrets = new Map<string, Record<string, string>>();
    for (const definition of containerDefinitions)
      secrets.set(definition.name, await resolveSecrets(this.aws, execution, definition.secrets ?? []));
    if (containerDefinitions.length > 1) {
      const ports = containerDefinitions.flatMap(({ portMappings = [] }) => portMappings);
      this.network = await this.containers.openTaskNetwork?.(ports.map((one) => one.containerPort ?? 0));
    }
    const place: TaskPlace = {
      aws: this.aws,
      runtime: this.containers,
      service: this.service.name,
      task,
      taskDefinition: set.taskDefinition,
      owner: this.identity,
      execution,
      role,
      network: this.network,
      secrets,
    };
    for (const definition of inOrder(containerDefinitions)) {
      await this.dependenciesOf(definition);
      if (task.desiredStatus === "STOPPED") return;
      await this.startContainer(definition, place);
    }
    task.pullStoppedAt = this.aws.clock.now();
    await this.registerTargets();
    if (this.stopping) return;
    task.connectivity = "CONNECTED";
    task.startedAt = this.aws.clock.now();
    this.show("RUNNING");
  }

  private async startContainer(definition: ContainerDefinition, place: TaskPlace): Promise<void> {
    const { name, essential } = definition;
    const started = await TaskContainer.start(definition, place, (health) => this.showHealth(health));
    this.started.set(name, started);
    void started.ended.then(({ reason }) => {
      if (essential === false) return;
      const message = `Essential container in task exited: ${name}: ${reason}`;
      void this.stop("EssentialContainerExited", message, true);
    });
  }

  /** Waits for what a container depends on, or until the task leaves. */
  private async dependenciesOf({ name, dependsOn = [] }: ContainerDefinition): Promise<void> {
    const { signal } = this.leavingSignal;
    const left = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    for (const dependency of dependsOn) {
      const other = this.started.get(dependency.containerName ?? "");
      if (!other || signal.aborted) continue;
      // It is the dependency that works meanwhile, so this is wall time.
      const limitMs = (other.definition.startTimeout ?? defaultStartTimeout) * 1000;
      const late = wait(limitMs, undefined, { ref: false, signal }).then(
        () =>
          Promise.reject(new Error(`${name} waited ${limitMs / 1000} seconds for ${other.definition.name}`)),
        () => left,
      );
      await Promise.race([holds(dependency, name, other), left, late]);
    }
  }

  private showHealth(health: "HEALTHY" | "UNHEALTHY"): void {
    const { task, set } = this;
    const healthOf = (name?: string) => task.containers.find((one) => one.name === name)?.healthStatus;
    task.healthStatus = taskHealth(set.taskDefinition.containerDefinitions, healthOf);
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html
    if (health === "UNHEALTHY" && task.healthStatus === "UNHEALTHY") {
      void this.stop("ServiceSchedulerInitiated", "Task failed container health checks", true);
    }
  }

  private async registerTargets(): Promise<void> {
    for (const { targetGroupArn, containerName, containerPort = 0 } of this.set.loadBalancers) {
      const container = this.started.get(containerName ?? "")?.container;
      if (!container || !targetGroupArn || this.stopping) continue;
      const address = (this.network ?? container).address(containerPort);
      const { imageDigest } = container;
      if (imageDigest) {
        const { account } = this.identity;
        const startedAt = this.aws.clock.now();
        this.directory.push(this.aws.tasks.put(address, { imageDigest, account, startedAt }));
      }
      const target = targetOf(targetGroupArn, address);
      this.targets.push(target);
      await registerTarget(this.aws, this.identity, target);
    }
  }

  private async leave(stopCode: TaskStopCode, reason: string, byItself: boolean): Promise<void> {
    const { task, aws } = this;
    task.desiredStatus = "STOPPED";
    task.stopCode = stopCode;
    task.stoppedReason = reason;
    task.stoppingAt = aws.clock.now();
    this.leavingSignal.abort();
    this.announce({ byItself });
    await this.life;
    try {
      this.show("DEACTIVATING");
      await Promise.all(this.targets.map((target) => drainTarget(aws, this.identity, target, this.closing)));
    } catch (error) {
      aws.warn(`ECS could not drain ${task.taskArn}: ${String(error)}`);
    }
    this.show("STOPPING");
    await this.stopContainers();
    for (const leave of this.directory) leave();
    task.stoppedAt = aws.clock.now();
    this.show("STOPPED");
    this.end();
  }

  private show(status: string): void {
    this.task.lastStatus = status;
    tellTask(this.aws, this.service, this.task);
  }

  private async stopContainers(): Promise<void> {
    await Promise.all([...this.started.values()].map((container) => container.stop()));
    await this.network?.close();
  }
}
