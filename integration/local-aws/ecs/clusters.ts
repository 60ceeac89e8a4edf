import * as sdk from "@aws-sdk/client-ecs";
import type { Handlers } from "../core/service";
import { clientError, findCluster, invalid } from "./errors";
import type { EcsState, StoredCluster } from "./model";

const $metadata = {};

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html and its neighbours */
export function clusters(stateOf: (caller: { account: string; region: string }) => EcsState) {
  const view = (cluster: StoredCluster, include: readonly string[] = []): sdk.Cluster => {
    const services = [...cluster.services.values()].filter(({ active }) => active);
    const tasks = [...cluster.state.tasks.values()].filter(({ clusterArn }) => clusterArn === cluster.arn);
    const { settings, configuration, ...rest } = cluster.settings;
    return {
      clusterArn: cluster.arn,
      clusterName: cluster.name,
      status: cluster.active ? "ACTIVE" : "INACTIVE",
      activeServicesCount: services.length,
      runningTasksCount: tasks.filter(({ lastStatus }) => lastStatus === "RUNNING").length,
      pendingTasksCount: tasks.filter(({ lastStatus }) => lastStatus === "PENDING").length,
      registeredContainerInstancesCount: 0,
      statistics: [],
      ...rest,
      ...(include.includes("SETTINGS") ? { settings } : {}),
      ...(include.includes("CONFIGURATIONS") ? { configuration } : {}),
      ...(include.includes("TAGS") ? { tags: cluster.tags } : {}),
    };
  };
  const everything = ["SETTINGS", "CONFIGURATIONS", "TAGS"];
  const change = (cluster: StoredCluster, settings: Partial<sdk.Cluster>) => {
    for (const [key, value] of Object.entries(settings))
      if (value !== undefined) Object.assign(cluster.settings, { [key]: value });
    return { cluster: view(cluster, everything) };
  };

  return {
    CreateCluster: async (input, caller) => {
      const state = stateOf(caller);
      const name = input.clusterName ?? "default";
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) throw invalid(`Invalid cluster name: "${name}"`);
      let cluster = state.clusters.get(name);
      // Creating a cluster that is there already gives that cluster.
      if (!cluster?.active) {
        cluster = {
          state,
          arn: `arn:aws:ecs:${caller.region}:${caller.account}:cluster/${name}`,
          name,
          active: true,
          settings: {
            settings: input.settings ?? [{ name: "containerInsights", value: "disabled" }],
            configuration: input.configuration,
            capacityProviders: input.capacityProviders ?? [],
            defaultCapacityProviderStrategy: input.defaultCapacityProviderStrategy ?? [],
            serviceConnectDefaults: input.serviceConnectDefaults?.namespace
              ? { namespace: input.serviceConnectDefaults.namespace }
              : undefined,
          },
          tags: input.tags ?? [],
          services: new Map(),
        };
        state.clusters.set(name, cluster);
      }
      return { cluster: view(cluster, everything) };
    },
    DescribeClusters: async (input, caller) => {
      const found: sdk.Cluster[] = [];
      const failures: sdk.Failure[] = [];
      for (const reference of input.clusters ?? ["default"]) {
        try {
          found.push(view(findCluster(stateOf(caller), reference), input.include));
        } catch {
          const arn = reference.startsWith("arn:")
            ? reference
            : `arn:aws:ecs:${caller.region}:${caller.account}:cluster/${reference}`;
          failures.push({ arn, reason: "MISSING" });
        }
      }
      return { clusters: found, failures };
    },
    ListClusters: async (_input, caller) => ({
      clusterArns: [...stateOf(caller).clusters.values()]
        .filter(({ active }) => active)
        .map(({ arn }) => arn),
    }),
    UpdateCluster: async (input, caller) =>
      change(findCluster(stateOf(caller), input.cluster), {
        settings: input.settings,
        configuration: input.configuration,
      }),
    UpdateClusterSettings: async (input, caller) =>
      change(findCluster(stateOf(caller), input.cluster), { settings: input.settings }),
    PutClusterCapacityProviders: async (input, caller) =>
      change(findCluster(stateOf(caller), input.cluster), {
        capacityProviders: input.capacityProviders,
        defaultCapacityProviderStrategy: input.defaultCapacityProviderStrategy,
      }),
    DeleteCluster: async (input, caller) => {
      const cluster = findCluster(stateOf(caller), input.cluster);
      if ([...cluster.services.values()].some(({ active }) => active)) {
        const message = "The Cluster cannot be deleted while Services are active.";
        throw new sdk.ClusterContainsServicesException({ message, $metadata });
      }
      if (
        [...cluster.state.tasks.values()].some((task) => task.clusterArn === cluster.arn && !task.stoppedAt)
      ) {
        const message = "The Cluster cannot be deleted while Tasks are active.";
        throw new sdk.ClusterContainsTasksException({ message, $metadata });
      }
      if (!cluster.active) throw clientError("The cluster is already INACTIVE.");
      cluster.active = false;
      return { cluster: view(cluster, everything) };
    },
  } satisfies Handlers<typeof sdk>;
}
