import * as sdk from "@aws-sdk/client-ecs";
import type { Clock } from "../core/clock";
import type { Handlers } from "../core/service";
import { findActiveCluster, findActiveService, findCluster, findService, invalid } from "./errors";
import { refuseOthers } from "./members";
import { taskSetView, type EcsState, type StoredService } from "./model";
import type { Scheduler } from "./scheduler";
import { usableTaskDefinition } from "./task-definitions";
import { sayOfService } from "./service-events";
import { newTaskSet } from "./task-sets";

/**
 * Services with the CODE_DEPLOY deployment controller.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
 */
export function services(
  stateOf: (caller: { account: string; region: string }) => EcsState,
  scheduler: Scheduler,
  clock: Clock,
) {
  const say = (service: StoredService, message: string) => sayOfService(service, clock.now(), message);

  const view = (state: EcsState, service: StoredService, tags = false): sdk.Service => {
    const sets = service.taskSets.map((set) => taskSetView(service, set, state.tasks.values()));
    const primary = service.taskSets.find((set) => set.primary);
    const sum = (key: "runningCount" | "pendingCount") =>
      sets.reduce((total, set) => total + (set[key] ?? 0), 0);
    return {
      schedulingStrategy: "REPLICA",
      serviceRegistries: [],
      placementConstraints: [],
      placementStrategy: [],
      enableECSManagedTags: false,
      enableExecuteCommand: false,
      propagateTags: "NONE",
      ...service.settings,
      serviceArn: service.arn,
      serviceName: service.name,
      clusterArn: service.cluster.arn,
      status: service.active ? "ACTIVE" : service.taskSets.length > 0 ? "DRAINING" : "INACTIVE",
      desiredCount: service.desiredCount,
      runningCount: sum("runningCount"),
      pendingCount: sum("pendingCount"),
      // What a service shows is its primary task set: CodeDeploy changes it with every release.
      taskDefinition: primary?.taskDefinition.taskDefinitionArn ?? service.settings.taskDefinition,
      loadBalancers: primary?.loadBalancers ?? service.settings.loadBalancers,
      networkConfiguration: primary?.networkConfiguration ?? service.settings.networkConfiguration,
      taskSets: sets,
      deployments: [],
      events: service.events,
      createdAt: service.createdAt,
      createdBy: service.createdBy,
      ...(tags ? { tags: service.tags } : {}),
    };
  };

  return {
    CreateService: async (input, caller) => {
      refuseOthers("CreateService", input);
      const state = stateOf(caller);
      const cluster = findActiveCluster(state, input.cluster);
      const controller = input.deploymentController?.type ?? "ECS";
      if (controller !== "CODE_DEPLOY") {
        throw invalid(
          `not implemented: ECS.CreateService with the deployment controller ${controller}; CODE_DEPLOY is here`,
        );
      }
      const name = input.serviceName ?? "";
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) throw invalid(`Invalid service name: "${name}"`);
      const known = cluster.services.get(name);
      // "…to ensure the idempotency of the request": https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
      if (known?.active && input.clientToken && known.clientToken === input.clientToken)
        return { service: view(state, known, true) };
      if (known?.active) throw invalid("Creation of service was not idempotent.");
      if (known?.taskSets.length) throw invalid("Unable to Start a service that is still Draining.");
      const taskDefinition = usableTaskDefinition(state, input.taskDefinition ?? "");
      if ((input.launchType ?? "FARGATE") !== "FARGATE")
        throw invalid(`not implemented: ECS launch type ${input.launchType}`);
      for (const { containerName, containerPort } of input.loadBalancers ?? []) {
        const container = taskDefinition.containerDefinitions.find((one) => one.name === containerName);
        if (!container?.portMappings?.some((mapping) => mapping.containerPort === containerPort)) {
          throw invalid(
            `The container ${containerName} did not have a container port ${containerPort} defined.`,
          );
        }
      }
      const service: StoredService = {
        arn: `arn:aws:ecs:${caller.region}:${caller.account}:service/${cluster.name}/${name}`,
        name,
        cluster,
        active: true,
        desiredCount: input.desiredCount ?? 1,
        settings: {
          taskDefinition: taskDefinition.taskDefinitionArn,
          loadBalancers: input.loadBalancers ?? [],
          networkConfiguration: input.networkConfiguration,
          deploymentController: { type: controller },
          deploymentConfiguration: {
            maximumPercent: 200,
            minimumHealthyPercent: 100,
            ...input.deploymentConfiguration,
          },
          launchType: "FARGATE",
          platformVersion: input.platformVersion ?? "LATEST",
          platformFamily: "Linux",
          healthCheckGracePeriodSeconds: input.healthCheckGracePeriodSeconds ?? 0,
          enableECSManagedTags: input.enableECSManagedTags ?? false,
          propagateTags: input.propagateTags ?? "NONE",
          availabilityZoneRebalancing: input.availabilityZoneRebalancing ?? "DISABLED",
          roleArn: `arn:aws:iam::${caller.account}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`,
        },
        taskSets: [],
        events: [],
        createdAt: clock.now(),
        createdBy: `arn:aws:iam::${caller.account}:root`,
        tags: input.tags ?? [],
        clientToken: input.clientToken,
      };
      const set = newTaskSet(service, taskDefinition, clock, {
        networkConfiguration: input.networkConfiguration,
        loadBalancers: input.loadBalancers ?? [],
        platformVersion: input.platformVersion ?? "1.4.0",
      });
      set.primary = true;
      service.taskSets.push(set);
      cluster.services.set(name, service);
      scheduler.reconcile(service);
      return { service: view(state, service, true) };
    },
    DescribeServices: async (input, caller) => {
      const state = stateOf(caller);
      const cluster = findCluster(state, input.cluster);
      const found: sdk.Service[] = [];
      const failures: sdk.Failure[] = [];
      for (const reference of input.services ?? []) {
        try {
          found.push(view(state, findService(cluster, reference), input.include?.includes("TAGS")));
        } catch {
          const name = reference.split("/").at(-1);
          const arn = `arn:aws:ecs:${caller.region}:${caller.account}:service/${cluster.name}/${name}`;
          failures.push({ arn, reason: "MISSING" });
        }
      }
      return { services: found, failures };
    },
    ListServices: async (input, caller) => ({
      serviceArns: [...findCluster(stateOf(caller), input.cluster).services.values()]
        .filter(({ active }) => active)
        .map(({ arn }) => arn),
    }),
    // "For services using the blue/green (CODE_DEPLOY) deployment controller, only the desired count, deployment
    // configuration, health check grace period, task placement constraints and strategies, enable ECS managed tags
    // option, and propagate tags can be updated using this API."
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
    UpdateService: async (input, caller) => {
      refuseOthers("UpdateService", input);
      const state = stateOf(caller);
      const service = findActiveService(findCluster(state, input.cluster), input.service);
      for (const [key, what] of [
        ["taskDefinition", "task definition"],
        ["networkConfiguration", "network parameters"],
        ["loadBalancers", "load balancers"],
        ["platformVersion", "platform version"],
      ] as const) {
        if (input[key]) {
          throw invalid(
            `Unable to update ${what} on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.`,
          );
        }
      }
      if (input.forceNewDeployment) {
        throw invalid(
          "Cannot force a new deployment on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.",
        );
      }
      const keys = [
        "deploymentConfiguration",
        "healthCheckGracePeriodSeconds",
        "enableECSManagedTags",
        "propagateTags",
        "availabilityZoneRebalancing",
      ] as const;
      for (const key of keys)
        if (input[key] !== undefined) Object.assign(service.settings, { [key]: input[key] });
      if (input.desiredCount !== undefined) {
        service.desiredCount = input.desiredCount;
        say(service, `has set the desired count to ${input.desiredCount}.`);
      }
      scheduler.reconcile(service);
      return { service: view(state, service, true) };
    },
    DeleteService: async (input, caller) => {
      const state = stateOf(caller);
      const service = findActiveService(findCluster(state, input.cluster), input.service);
      if (service.desiredCount > 0 && !input.force) {
        throw invalid("The service cannot be stopped while it is scaled above 0.");
      }
      service.active = false;
      service.desiredCount = 0;
      for (const set of service.taskSets) set.active = false;
      scheduler.reconcile(service);
      return { service: view(state, service, true) };
    },
  } satisfies Handlers<typeof sdk>;
}
