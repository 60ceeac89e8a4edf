import {
  ClientException,
  ClusterNotFoundException,
  InvalidParameterException,
  ServiceNotActiveException,
  ServiceNotFoundException,
  TaskSetNotFoundException,
} from "@aws-sdk/client-ecs";
import type { EcsState, StoredCluster, StoredService, StoredTaskSet } from "./model";

const $metadata = {};
export const clientError = (message: string) => new ClientException({ message, $metadata });
export const invalid = (message: string) => new InvalidParameterException({ message, $metadata });

const lastPart = (reference: string) => reference.split("/").at(-1) ?? "";

export function findCluster(state: EcsState, reference = "default"): StoredCluster {
  const cluster = state.clusters.get(lastPart(reference));
  if (!cluster) throw new ClusterNotFoundException({ message: "Cluster not found.", $metadata });
  return cluster;
}

export function findActiveCluster(state: EcsState, reference = "default"): StoredCluster {
  const cluster = findCluster(state, reference);
  if (cluster.active) return cluster;
  throw new ClusterNotFoundException({ message: "The referenced cluster was inactive.", $metadata });
}

export function findService(cluster: StoredCluster, reference = ""): StoredService {
  const service = cluster.services.get(lastPart(reference));
  if (!service) throw new ServiceNotFoundException({ message: "Service not found.", $metadata });
  return service;
}

export function findActiveService(cluster: StoredCluster, reference = ""): StoredService {
  const service = findService(cluster, reference);
  if (!service.active) throw new ServiceNotActiveException({ message: "Service was not ACTIVE.", $metadata });
  return service;
}

export function findTaskSet(service: StoredService, reference = ""): StoredTaskSet {
  const set = service.taskSets.find(
    ({ id, arn }) => id === reference || arn === reference || id === `ecs-svc/${lastPart(reference)}`,
  );
  if (!set)
    throw new TaskSetNotFoundException({ message: `The task set "${reference}" was not found.`, $metadata });
  return set;
}
