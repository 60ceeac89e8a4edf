import type * as pulumi from "@pulumi/pulumi";
import { directoryOf } from "../../definitions";
import type { Service } from "../../definitions/overrides";
import type { Account } from "../account";
import type { ArtifactBucket } from "../storage/artifact-bucket";
import type { BlueGreenService } from "./ecs-service";
import { BuildProject } from "../pipeline/build-project";

export interface ServiceBuildArgs {
  account: Account;
  environment: "staging" | "prod";
  service: Service;
  target: BlueGreenService;
  artifactBucket: ArtifactBucket;
  logRetentionDays: number;
}

/** Runs the service's own buildspec: what makes a release out of a commit. */
export function imageBuild(name: string, args: ServiceBuildArgs, parent: pulumi.Resource): BuildProject {
  const { account, artifactBucket, environment, logRetentionDays, service, target } = args;
  return new BuildProject(
    `${name}-image`,
    {
      account,
      projectName: `greenroom-${environment}-${service.name}`,
      description: `Builds and tests ${service.name}`,
      buildspec: `${directoryOf(service)}/${service.buildspec}`,
      image: service.buildImage,
      docker: true,
      environment: { REPOSITORY_URI: target.repository.url },
      artifactBucket,
      statements: [
        {
          // https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html; DescribeImages tells a build
          // that the image of its commit is there already.
          actions: [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:CompleteLayerUpload",
            "ecr:DescribeImages",
            "ecr:GetDownloadUrlForLayer",
            "ecr:InitiateLayerUpload",
            "ecr:PutImage",
            "ecr:UploadLayerPart",
          ],
          resources: [target.repository.arn],
        },
        // GetAuthorizationToken has no resource-level permission.
        { actions: ["ecr:GetAuthorizationToken"], resources: ["*"] },
      ],
      timeout: "30 minutes",
      logRetentionDays,
    },
    { parent },
  );
}

/** Runs, from a release, the tests that came with it: those that passed in staging are those that verify prod. */
export function integrationTests(
  name: string,
  args: ServiceBuildArgs,
  parent: pulumi.Resource,
): BuildProject {
  const { account, artifactBucket, environment, logRetentionDays, service, target } = args;
  return new BuildProject(
    `${name}-tests`,
    {
      account,
      projectName: `greenroom-${environment}-${service.name}-tests`,
      description: `Tests ${service.name} in ${environment}`,
      buildspec: service.integrationBuildspec,
      image: service.buildImage,
      docker: false,
      environment: { SERVICE_URL: target.loadBalancer.serviceUrl, ENVIRONMENT: environment },
      artifactBucket,
      timeout: "15 minutes",
      logRetentionDays,
    },
    { parent },
  );
}
