import * as sdk from "@aws-sdk/client-ecs";
import type { Session } from "../../direct/session";
import { batches, each, pages } from "../answers";
import type { Found, Service } from "../resource";
import { recordOf, setOf, tagsOf, without } from "../shapes";

const client = (aws: Session) => aws.client(sdk.ECSClient);

const byName = (list: { name?: string; value?: string }[] | undefined) =>
  recordOf(
    list,
    ({ name }) => name,
    ({ value }) => value,
  );

async function clusters(aws: Session): Promise<Found[]> {
  const arns = await pages(sdk.paginateListClusters({ client: client(aws) }, {}), (page) => page.clusterArns);
  const all = await each(batches(arns, 100), async (some) => {
    const include: sdk.ClusterField[] = ["TAGS", "SETTINGS", "CONFIGURATIONS"];
    const answer = await client(aws).send(new sdk.DescribeClustersCommand({ clusters: some, include }));
    return answer.clusters ?? [];
  });
  return each(all, async (cluster) => {
    const found: Found = {
      kind: "cluster",
      name: cluster.clusterName ?? "",
      attributes: {
        // How much runs in it comes and goes.
        ...without(
          cluster,
          "clusterArn",
          "clusterName",
          "registeredContainerInstancesCount",
          "runningTasksCount",
          "pendingTasksCount",
          "activeServicesCount",
          "statistics",
        ),
        settings: byName(cluster.settings),
        capacityProviders: setOf(cluster.capacityProviders),
        tags: tagsOf(cluster.tags),
      },
    };
    return [found, ...(await services(aws, cluster.clusterArn ?? "", found.name))];
  });
}

/** What a service and its task sets say alike about their network and load balancers. */
const placement = ({
  networkConfiguration,
  loadBalancers,
}: Pick<sdk.Service, "networkConfiguration" | "loadBalancers">) => {
  const network = networkConfiguration?.awsvpcConfiguration;
  return {
    loadBalancers: setOf(loadBalancers),
    networkConfiguration: network && {
      ...network,
      subnets: setOf(network.subnets),
      securityGroups: setOf(network.securityGroups),
    },
  };
};

async function services(aws: Session, cluster: string, clusterName: string): Promise<Found[]> {
  const paginator = sdk.paginateListServices({ client: client(aws) }, { cluster });
  const arns = await pages(paginator, (page) => page.serviceArns);
  // At most 10 at once: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html
  const all = await each(batches(arns, 10), async (some) => {
    const command = new sdk.DescribeServicesCommand({ cluster, services: some, include: ["TAGS"] });
    return (await client(aws).send(command)).services ?? [];
  });
  return all.flatMap((service) => {
    const name = `${clusterName}/${service.serviceName}`;
    return [
      {
        kind: "service",
        name,
        attributes: {
          // What it is doing at the moment, and what its task sets say themselves.
          ...without(
            service,
            "serviceArn",
            "serviceName",
            "runningCount",
            "pendingCount",
            "events",
            "deployments",
            "currentServiceDeployment",
            "currentServiceRevisions",
            "taskSets",
          ),
          ...placement(service),
          tags: tagsOf(service.tags),
        },
      },
      ...(service.taskSets ?? []).map((set) => taskSet(set, name)),
    ];
  });
}

const taskSet = (set: sdk.TaskSet, service: string): Found => ({
  kind: "task set",
  name: `${service} ${set.status}`,
  ids: [set.taskSetArn ?? "", set.id ?? ""],
  attributes: {
    ...without(
      set,
      "id",
      "taskSetArn",
      "runningCount",
      "pendingCount",
      "stabilityStatus",
      "stabilityStatusAt",
      "updatedAt",
    ),
    ...placement(set),
    tags: tagsOf(set.tags),
  },
});

async function taskDefinitions(aws: Session): Promise<Found[]> {
  // Deregistered ones stay, and running services may use them:
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister-task-definition-v2.html
  const arns = await each(["ACTIVE", "INACTIVE"] as const, (status) =>
    pages(
      sdk.paginateListTaskDefinitions({ client: client(aws) }, { status }),
      (page) => page.taskDefinitionArns,
    ),
  );
  return each(arns, async (taskDefinition) => {
    const command = new sdk.DescribeTaskDefinitionCommand({ taskDefinition, include: ["TAGS"] });
    const answer = await client(aws).send(command);
    const { taskDefinition: definition = {}, tags } = answer;
    return [
      {
        kind: "task definition",
        name: `${definition.family}:${definition.revision}`,
        attributes: {
          ...without(definition, "taskDefinitionArn", "registeredAt", "deregisteredAt"),
          containerDefinitions: definition.containerDefinitions?.map((container) => ({
            ...container,
            environment: byName(container.environment),
            secrets: recordOf(
              container.secrets,
              ({ name }) => name,
              ({ valueFrom }) => valueFrom,
            ),
          })),
          compatibilities: setOf(definition.compatibilities),
          requiresCompatibilities: setOf(definition.requiresCompatibilities),
          requiresAttributes: setOf(definition.requiresAttributes),
          tags: tagsOf(tags),
        },
      },
    ];
  });
}

/** ECS: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/Welcome.html */
export const ecs: Service = {
  types: ["aws:ecs/cluster:Cluster", "aws:ecs/taskDefinition:TaskDefinition", "aws:ecs/service:Service"],
  read: (aws) => each([clusters, taskDefinitions], (table) => table(aws)),
};
