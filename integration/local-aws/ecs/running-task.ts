import type { TaskStopCode } from "@aws-sdk/client-ecs";
import type { Aws, Identity } from "../core/aws";
import { LogStream } from "../core/log-stream";
import type { Container, ContainerEngine } from "../containers/engine";
import type { StoredService, StoredTask, StoredTaskDefinition, StoredTaskSet } from "./model";
import { resolveSecrets } from "./secrets";
import { drainTarget, registerTarget, targetOf, type Target } from "./targets";

/** Seconds between SIGTERM and SIGKILL. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_timeout */
const defaultStopTimeout = 30;

type ContainerDefinition = StoredTaskDefinition["containerDefinitions"][number];

/**
 * The life of one task: its containers, its targets, its end.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
 */
export class RunningTask {
  readonly targets: Target[] = [];
  /** When it begins to end: by itself, or because it was told to. From then on it takes no new request. */
  readonly leaving: Promise<{ byItself: boolean }>;
  /** When it has stopped. */
  readonly ended: Promise<void>;
  private readonly started: Container[] = [];
  private readonly logs: LogStream[] = [];
  private readonly identity: Identity;
  private readonly life: Promise<void>;
  private announce: (how: { byItself: boolean }) => void = () => undefined;
  private end: () => void = () => undefined;
  private stopping?: Promise<void>;

  constructor(
    private readonly aws: Aws,
    private readonly containers: ContainerEngine,
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
    await this.life;
    if (this.stopping) return this.stopping;
    await Promise.all(this.started.map((container) => container.stop()));
    await Promise.all(this.logs.map((log) => log.flush()));
  }

  private async run(): Promise<void> {
    const { task, set } = this;
    task.lastStatus = "PENDING";
    task.pullStartedAt = this.aws.clock.now();
    const { executionRoleArn, taskRoleArn } = set.taskDefinition;
    const { region } = this.identity;
    const id = task.taskArn.split("/").at(-1) ?? "";
    const execution = executionRoleArn
      ? await this.aws.assumeRole(executionRoleArn, region, id)
      : this.identity;
    const role = taskRoleArn ? await this.aws.assumeRole(taskRoleArn, region, id) : undefined;
    for (const definition of set.taskDefinition.containerDefinitions) {
      if (task.desiredStatus === "STOPPED") return;
      await this.startContainer(definition, id, execution, role);
    }
    task.pullStoppedAt = this.aws.clock.now();
    for (const { targetGroupArn, containerName, containerPort } of set.loadBalancers) {
      const index = set.taskDefinition.containerDefinitions.findIndex(({ name }) => name === containerName);
      const address = this.started[index]?.address(containerPort ?? 0);
      if (!address || !targetGroupArn || this.stopping) continue;
      const target = targetOf(targetGroupArn, address);
      this.targets.push(target);
      await registerTarget(this.aws, this.identity, target);
    }
    if (this.stopping) return;
    task.lastStatus = "RUNNING";
    task.connectivity = "CONNECTED";
    task.startedAt = this.aws.clock.now();
  }

  private async startContainer(
    definition: ContainerDefinition,
    taskId: string,
    execution: Identity,
    role: Identity | undefined,
  ): Promise<void> {
    const { name, image, essential, environment = [], secrets = [], portMappings = [] } = definition;
    const log = this.openLog(definition, taskId, execution);
    const container = await this.containers.start({
      name: `${this.service.name}/${taskId}/${name}`,
      image,
      pullAs: execution,
      entryPoint: definition.entryPoint,
      command: definition.command,
      workingDirectory: definition.workingDirectory,
      environment: {
        ...Object.fromEntries(environment.map((one) => [one.name ?? "", one.value ?? ""])),
        ...(await resolveSecrets(this.aws, execution, secrets)),
        AWS_REGION: this.identity.region,
        ...(role ? credentialsOf(role) : {}),
      },
      containerPorts: portMappings.map(({ containerPort }) => containerPort ?? 0),
      stopTimeoutSeconds: definition.stopTimeout ?? defaultStopTimeout,
      onLine: (line) => log?.write(line),
    });
    this.started.push(container);
    const shown = this.task.containers.find((one) => one.name === name);
    Object.assign(shown ?? {}, {
      lastStatus: "RUNNING",
      imageDigest: container.imageDigest,
      runtimeId: container.id,
    });
    void container.ended.then(({ exitCode, reason }) => {
      Object.assign(shown ?? {}, { lastStatus: "STOPPED", exitCode, reason });
      if (essential === false) return;
      void this.stop(
        "EssentialContainerExited",
        `Essential container in task exited: ${name}: ${reason}`,
        true,
      );
    });
  }

  private openLog(
    definition: ContainerDefinition,
    taskId: string,
    execution: Identity,
  ): LogStream | undefined {
    const options = definition.logConfiguration?.options;
    const group = options?.["awslogs-group"];
    if (!group) return undefined;
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
    const prefix = options["awslogs-stream-prefix"];
    const stream = prefix ? `${prefix}/${definition.name}/${taskId}` : taskId;
    const log = new LogStream(this.aws, execution, group, stream, options["awslogs-create-group"] === "true");
    this.logs.push(log);
    return log;
  }

  private async leave(stopCode: TaskStopCode, reason: string, byItself: boolean): Promise<void> {
    const { task, aws } = this;
    task.desiredStatus = "STOPPED";
    task.stopCode = stopCode;
    task.stoppedReason = reason;
    task.stoppingAt = aws.clock.now();
    this.announce({ byItself });
    await this.life;
    try {
      task.lastStatus = "DEACTIVATING";
      await Promise.all(this.targets.map((target) => drainTarget(aws, this.identity, target, this.closing)));
    } catch (error) {
      aws.warn(`ECS could not drain ${task.taskArn}: ${String(error)}`);
    }
    task.lastStatus = "STOPPING";
    await Promise.all(this.started.map((container) => container.stop()));
    await Promise.all(this.logs.map((log) => log.flush()));
    task.lastStatus = "STOPPED";
    task.stoppedAt = aws.clock.now();
    this.end();
  }
}

const credentialsOf = ({ credentials }: Identity): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  ...(credentials.sessionToken ? { AWS_SESSION_TOKEN: credentials.sessionToken } : {}),
});
