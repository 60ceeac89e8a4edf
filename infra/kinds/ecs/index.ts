import type * as pulumi from "@pulumi/pulumi";
import { EcsService } from "../../components/ecs-service/ecs-service";
import { directoryOf } from "../../definitions/common";
import type { Kind } from "../kind";
import type { EcsServiceDefinition } from "./definition";
import { configured } from "./overrides";

/** What a stack says of a container service. */
export interface EcsOutputs {
  kind: "ecs";
  /** The test listener. */
  testUrl: pulumi.Output<string>;
  repositoryUrl: pulumi.Output<string>;
  clusterName: pulumi.Output<string>;
  serviceName: pulumi.Output<string>;
  productionListenerArn: pulumi.Output<string>;
  testListenerArn: pulumi.Output<string>;
  /** Blue is the first revision's; the two take turns after that. */
  blueTargetGroupArn: pulumi.Output<string>;
  greenTargetGroupArn: pulumi.Output<string>;
  applicationName: pulumi.Output<string>;
  deploymentGroupName: pulumi.Output<string>;
  alarmNames: pulumi.Output<string[]>;
}

/** Containers behind a load balancer. */
export const ecs: Kind<EcsServiceDefinition, EcsOutputs> = {
  configured,
  make(service, { own, addresses, ...place }, opts) {
    const directory = directoryOf(service);
    const { name, hook, port, healthCheckPath, cpu, memory, desiredCount, secrets, domainName } = service;
    const target = new EcsService(
      name,
      {
        ...place,
        service: name,
        port,
        healthCheckPath,
        cpu,
        memory,
        desiredCount,
        variables: { ...service.environment, ...addresses, ...own.environment },
        secrets,
        permissions: [...service.permissions, ...(own.permissions ?? [])],
        hook: hook && `${directory}/${hook}`,
        buildImage: service.buildImage,
        buildspec: `${directory}/${service.buildspec}`,
        integrationBuildspec: service.integrationBuildspec,
        domainName,
      },
      opts,
    );
    return {
      target,
      outputs: {
        kind: "ecs",
        testUrl: target.loadBalancer.testUrl,
        repositoryUrl: target.repository.url,
        clusterName: place.cluster.name,
        serviceName: target.serviceName,
        productionListenerArn: target.routes.production.arn,
        testListenerArn: target.routes.test.arn,
        blueTargetGroupArn: target.routes.blue.arn,
        greenTargetGroupArn: target.routes.green.arn,
        applicationName: target.strategy.applicationName,
        deploymentGroupName: target.strategy.deploymentGroupName,
        alarmNames: target.alarms.names,
      },
    };
  },
};
