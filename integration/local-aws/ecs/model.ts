import type {
  Cluster,
  ContainerDefinition,
  LoadBalancer,
  NetworkConfiguration,
  Service,
  Tag,
  Task,
  TaskDefinition,
  TaskSet,
} from "@aws-sdk/client-ecs";
import type { Identity } from "../core/aws";

/** The parts of the SDK's types that this service always fills in. */
export type Stored<T, K extends keyof T> = T & { [P in K]-?: NonNullable<T[P]> };

export type StoredTaskDefinition = Stored<
  TaskDefinition,
  "taskDefinitionArn" | "family" | "revision" | "containerDefinitions" | "status"
> & { containerDefinitions: Stored<ContainerDefinition, "name" | "image">[] };

export interface StoredTaskSet {
  arn: string;
  id: string;
  primary: boolean;
  active: boolean;
  externalId?: string;
  startedBy?: string;
  taskDefinition: StoredTaskDefinition;
  networkConfiguration?: NetworkConfiguration;
  loadBalancers: LoadBalancer[];
  launchType: "FARGATE";
  platformVersion: string;
  /** Percent of the service's desired count. */
  scalePercent: number;
  createdAt: Date;
  updatedAt: Date;
  steadySince?: Date;
  /** Tasks that ended by themselves, in a row: the more, the longer until the next start. */
  failures: number;
  /** Pauses that have not passed yet after the end of a task; until then nothing is started. */
  pauses: number;
  tags: Tag[];
  clientToken?: string;
}

export interface StoredService {
  arn: string;
  name: string;
  cluster: StoredCluster;
  active: boolean;
  desiredCount: number;
  /** What a read gives back of what the service was made with. */
  settings: Partial<Service>;
  taskSets: StoredTaskSet[];
  events: { id: string; createdAt: Date; message: string }[];
  createdAt: Date;
  createdBy: string;
  tags: Tag[];
  /** Makes a second request with it the same request. */
  clientToken?: string;
}

export interface StoredCluster {
  state: EcsState;
  arn: string;
  name: string;
  settings: Partial<Cluster>;
  active: boolean;
  tags: Tag[];
  services: Map<string, StoredService>;
}

/** A task as the API shows it; its container, target and life are the scheduler's. */
export type StoredTask = Stored<
  Task,
  "taskArn" | "clusterArn" | "lastStatus" | "desiredStatus" | "containers"
>;

/** Everything of one account and region. */
export interface EcsState {
  owner: Identity;
  clusters: Map<string, StoredCluster>;
  families: Map<string, StoredTaskDefinition[]>;
  /** By ARN; stopped tasks stay visible for a while, as on AWS. */
  tasks: Map<string, StoredTask>;
  tagsOfTaskDefinitions: Map<string, Tag[]>;
}

export const taskSetView = (
  service: StoredService,
  set: StoredTaskSet,
  tasks: Iterable<StoredTask>,
): TaskSet => {
  const own = [...tasks].filter((task) => task.startedBy === set.id);
  const computedDesiredCount = computedCount(service, set);
  return {
    id: set.id,
    taskSetArn: set.arn,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    externalId: set.externalId,
    startedBy: set.startedBy,
    status: set.primary ? "PRIMARY" : set.active ? "ACTIVE" : "DRAINING",
    taskDefinition: set.taskDefinition.taskDefinitionArn,
    computedDesiredCount,
    runningCount: own.filter(({ lastStatus }) => lastStatus === "RUNNING").length,
    pendingCount: own.filter(({ lastStatus }) => lastStatus === "PENDING" || lastStatus === "PROVISIONING")
      .length,
    createdAt: set.createdAt,
    updatedAt: set.updatedAt,
    launchType: set.launchType,
    platformVersion: set.platformVersion,
    platformFamily: "Linux",
    networkConfiguration: set.networkConfiguration,
    loadBalancers: set.loadBalancers,
    serviceRegistries: [],
    scale: { value: set.scalePercent, unit: "PERCENT" },
    stabilityStatus: set.steadySince ? "STEADY_STATE" : "STABILIZING",
    stabilityStatusAt: set.steadySince ?? set.updatedAt,
    tags: set.tags,
  };
};

// "The computed desired count for the task set. This is calculated by multiplying the service's desiredCount by
// the task set's scale percentage. The result is always rounded up."
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html
export const computedCount = (service: StoredService, set: StoredTaskSet): number =>
  set.active ? Math.ceil((service.desiredCount * set.scalePercent) / 100) : 0;
