import type { Aws, Identity } from "../core/aws";
import { LogStream } from "../core/log-stream";
import type {
  Container,
  ContainerRuntime,
  ContainerSpec,
  HealthCheck,
  TaskNetwork,
} from "../core/container-runtime";
import { startWithFaults } from "./faults";
import { isChecked } from "./health-check";
import type { StoredTask, StoredTaskDefinition } from "./model";

/** Seconds between SIGTERM and SIGKILL. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_timeout */
const defaultStopTimeout = 30;

export type ContainerDefinition = StoredTaskDefinition["containerDefinitions"][number];

/** What a task's containers have in common. */
export interface TaskPlace {
  aws: Aws;
  runtime: ContainerRuntime;
  service: string;
  task: StoredTask;
  taskDefinition: StoredTaskDefinition;
  /** Of the cluster. */
  owner: Identity;
  execution: Identity;
  role: Identity | undefined;
  network: TaskNetwork | undefined;
  /** The values of each container's secrets, by the container's name. */
  secrets: ReadonlyMap<string, Record<string, string>>;
}

/** A container of a task, with its log, and with what the task shows of it kept true. */
export class TaskContainer {
  /** When its health check has passed for the first time. */
  readonly healthy: Promise<void>;

  private constructor(
    readonly definition: ContainerDefinition,
    readonly container: Container,
    healthy: Promise<void>,
    private readonly log: LogStream | undefined,
  ) {
    this.healthy = healthy;
  }

  static async start(
    definition: ContainerDefinition,
    place: TaskPlace,
    onHealth: (health: "HEALTHY" | "UNHEALTHY") => void,
  ): Promise<TaskContainer> {
    const { aws, runtime, task, execution, role, owner, taskDefinition, network } = place;
    const { name, image, environment = [], portMappings = [] } = definition;
    const taskId = task.taskArn.split("/").at(-1) ?? "";
    const shown = task.containers.find((one) => one.name === name) ?? {};
    const log = openLog(definition, taskId, aws, execution);
    let pass: () => void = () => undefined;
    const healthy = new Promise<void>((resolve) => (pass = resolve));
    const spec: ContainerSpec = {
      name: `${place.service}/${taskId}/${name}`,
      image,
      pullAs: execution,
      entryPoint: definition.entryPoint,
      command: definition.command,
      workingDirectory: definition.workingDirectory,
      environment: {
        ...Object.fromEntries(environment.map((one) => [one.name ?? "", one.value ?? ""])),
        ...place.secrets.get(name),
        // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-environment-variables.html
        AWS_EXECUTION_ENV: "AWS_ECS_FARGATE",
        AWS_REGION: owner.region,
        AWS_DEFAULT_REGION: owner.region,
        ...(role ? credentialsOf(role) : {}),
      },
      containerPorts: portMappings.map(({ containerPort }) => containerPort ?? 0),
      network,
      cpuUnits: Number(taskDefinition.cpu) || undefined,
      // A container may have less than its task; it cannot have more.
      memoryMiB: definition.memory ?? (Number(taskDefinition.memory) || undefined),
      healthCheck: healthCheckOf(definition, (health) => {
        shown.healthStatus = health;
        if (health === "HEALTHY") pass();
        onHealth(health);
      }),
      stopTimeoutSeconds: definition.stopTimeout ?? defaultStopTimeout,
      onLine: (line) => log?.write(line),
    };
    const container = await startWithFaults(runtime, spec, { aws, account: owner.account });
    const { imageDigest, id } = container;
    Object.assign(shown, { lastStatus: "RUNNING", imageDigest, runtimeId: id });
    void container.ended.then(({ exitCode, reason }) =>
      Object.assign(shown, { lastStatus: "STOPPED", exitCode, reason }),
    );
    return new TaskContainer(definition, container, healthy, log);
  }

  get ended() {
    return this.container.ended;
  }

  async stop(): Promise<void> {
    await this.container.stop();
    await this.log?.flush();
  }
}

function healthCheckOf(
  definition: ContainerDefinition,
  onChange: HealthCheck["onChange"],
): HealthCheck | undefined {
  const { healthCheck } = definition;
  if (!healthCheck || !isChecked(definition)) return undefined;
  return {
    command: healthCheck.command ?? [],
    // RegisterTaskDefinition has filled these in.
    intervalSeconds: healthCheck.interval ?? 0,
    timeoutSeconds: healthCheck.timeout ?? 0,
    retries: healthCheck.retries ?? 0,
    startPeriodSeconds: healthCheck.startPeriod ?? 0,
    onChange,
  };
}

function openLog(
  definition: ContainerDefinition,
  taskId: string,
  aws: Aws,
  execution: Identity,
): LogStream | undefined {
  const options = definition.logConfiguration?.options;
  const group = options?.["awslogs-group"];
  if (!group) return undefined;
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
  const prefix = options["awslogs-stream-prefix"];
  const stream = prefix ? `${prefix}/${definition.name}/${taskId}` : taskId;
  const as = { ...execution, region: options["awslogs-region"] ?? execution.region };
  return new LogStream(aws, as, group, stream, options["awslogs-create-group"] === "true");
}

const credentialsOf = ({ credentials }: Identity): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  ...(credentials.sessionToken ? { AWS_SESSION_TOKEN: credentials.sessionToken } : {}),
});
