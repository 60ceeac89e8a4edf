import assert from "node:assert/strict";
import type { Environment } from "../../environment";
import { type Recording, recordedEnvironment, statementsOf } from "../../testing";

const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:111111111111:${resource}`;
const connection = arn("codestar-connections", "connection/7a1b2c3d-0000-4000-8000-000000000001");
const artifacts = (environment: string) =>
  `greenroom-${environment}-trivia-api-artifacts-111111111111-us-east-1`;
const templates = (environment: string) => ({
  name: "Templates",
  category: "Source",
  owner: "AWS",
  provider: "S3",
  version: "1",
  outputArtifacts: ["Templates"],
  configuration: {
    S3Bucket: artifacts(environment),
    S3ObjectKey: "templates/trivia-api.zip",
    PollForSourceChanges: "false",
  },
  roleArn: actionRole(environment, "templates"),
});
const deploy = (environment: string, release: string) => ({
  name: "Deploy",
  category: "Deploy",
  owner: "AWS",
  provider: "CodeDeployToECS",
  version: "1",
  inputArtifacts: [release, "Templates"],
  configuration: {
    ApplicationName: `greenroom-${environment}-trivia-api`,
    DeploymentGroupName: `greenroom-${environment}-trivia-api`,
    TaskDefinitionTemplateArtifact: "Templates",
    TaskDefinitionTemplatePath: "taskdef.json",
    AppSpecTemplateArtifact: "Templates",
    AppSpecTemplatePath: "appspec.yaml",
    Image1ArtifactName: release,
    Image1ContainerName: "IMAGE1_NAME",
  },
  roleArn: actionRole(environment, "deploy"),
});

function actionRole(environment: string, action: string) {
  return `arn:aws:iam::111111111111:role/greenroom-${environment}-trivia-api-action-${action}`;
}

function codeBuild(environment: string, name: string, category: string, project: string, input: string) {
  return {
    name,
    category,
    owner: "AWS",
    provider: "CodeBuild",
    version: "1",
    inputArtifacts: [input],
    configuration: { ProjectName: project },
    roleArn: actionRole(environment, name.toLowerCase()),
  };
}

const pipelineType = "aws:codepipeline/pipeline:Pipeline";
const projectType = "aws:codebuild/project:Project";

describe("MicroservicePipeline", () => {
  let staging: Recording<Environment>;
  let prod: Recording<Environment>;
  before(async () => {
    staging = await recordedEnvironment("staging");
    prod = await recordedEnvironment("prod");
  });
  const policy = (recording: Recording<Environment>, name: string) =>
    statementsOf(recording.get("aws:iam/rolePolicy:RolePolicy", `${name}-policy`).inputs["policy"]);

  it("of staging builds a commit, deploys, tests and promotes it", () => {
    assert.deepEqual(staging.get(pipelineType, "trivia-api-pipeline").inputs, {
      name: "greenroom-staging-trivia-api",
      pipelineType: "V2",
      executionMode: "SUPERSEDED",
      roleArn: "arn:aws:iam::111111111111:role/greenroom-staging-trivia-api-pipeline",
      artifactStores: [{ type: "S3", location: artifacts("staging") }],
      stages: [
        {
          name: "Source",
          actions: [
            {
              name: "Source",
              category: "Source",
              owner: "AWS",
              provider: "CodeStarSourceConnection",
              version: "1",
              namespace: "SourceVariables",
              outputArtifacts: ["Source"],
              configuration: {
                ConnectionArn: connection,
                FullRepositoryId: "greenroom/greenroom",
                BranchName: "main",
                OutputArtifactFormat: "CODE_ZIP",
              },
              roleArn: actionRole("staging", "source"),
            },
            templates("staging"),
          ],
        },
        {
          name: "Build",
          actions: [
            {
              ...codeBuild("staging", "Build", "Build", "greenroom-staging-trivia-api", "Source"),
              outputArtifacts: ["BuildOutput"],
            },
          ],
        },
        { name: "Deploy", actions: [deploy("staging", "BuildOutput")] },
        {
          name: "IntegrationTests",
          actions: [
            codeBuild(
              "staging",
              "IntegrationTests",
              "Test",
              "greenroom-staging-trivia-api-tests",
              "BuildOutput",
            ),
          ],
        },
        {
          name: "Promote",
          actions: [
            {
              name: "Promote",
              category: "Invoke",
              owner: "AWS",
              provider: "Lambda",
              version: "1",
              inputArtifacts: ["BuildOutput"],
              configuration: { FunctionName: "greenroom-staging-trivia-api-promote" },
              roleArn: actionRole("staging", "promote"),
            },
          ],
        },
      ],
      triggers: [
        {
          providerType: "CodeStarSourceConnection",
          gitConfiguration: {
            sourceActionName: "Source",
            pushes: [
              { branches: { includes: ["main"] }, filePaths: { includes: ["services/trivia-api/**"] } },
            ],
          },
        },
      ],
    });
  });

  it("of prod takes a promoted release, asks, deploys and verifies it", () => {
    assert.deepEqual(prod.get(pipelineType, "trivia-api-pipeline").inputs, {
      name: "greenroom-prod-trivia-api",
      pipelineType: "V2",
      executionMode: "SUPERSEDED",
      roleArn: "arn:aws:iam::111111111111:role/greenroom-prod-trivia-api-pipeline",
      artifactStores: [{ type: "S3", location: artifacts("prod") }],
      stages: [
        {
          name: "Source",
          actions: [
            {
              name: "Release",
              category: "Source",
              owner: "AWS",
              provider: "S3",
              version: "1",
              outputArtifacts: ["Release"],
              configuration: {
                S3Bucket: "greenroom-prod-releases-111111111111-us-east-1",
                S3ObjectKey: "releases/trivia-api.zip",
                PollForSourceChanges: "false",
              },
              roleArn: actionRole("prod", "release"),
            },
            templates("prod"),
          ],
        },
        {
          name: "Approve",
          actions: [
            {
              name: "Approve",
              category: "Approval",
              owner: "AWS",
              provider: "Manual",
              version: "1",
              configuration: {
                CustomData: "Release trivia-api to customers? It passed its tests in staging.",
              },
            },
          ],
        },
        { name: "Deploy", actions: [deploy("prod", "Release")] },
        {
          name: "Verify",
          actions: [codeBuild("prod", "Verify", "Test", "greenroom-prod-trivia-api-tests", "Release")],
        },
      ],
    });
    assert.deepEqual(
      prod.all(projectType).map(({ name }) => name),
      ["trivia-api-tests-project"],
    );
  });

  it("builds images with the service's buildspec, privileged for Docker, with local caches", () => {
    assert.deepEqual(staging.get(projectType, "trivia-api-image-project").inputs, {
      name: "greenroom-staging-trivia-api",
      description: "Builds and tests trivia-api",
      serviceRole: "arn:aws:iam::111111111111:role/greenroom-staging-trivia-api-build",
      source: { type: "CODEPIPELINE", buildspec: "services/trivia-api/buildspec.yml" },
      artifacts: { type: "CODEPIPELINE" },
      environment: {
        type: "LINUX_CONTAINER",
        image: "aws/codebuild/amazonlinux-x86_64-standard:5.0",
        computeType: "BUILD_GENERAL1_SMALL",
        privilegedMode: true,
        environmentVariables: [
          {
            name: "REPOSITORY_URI",
            value: "111111111111.dkr.ecr.us-east-1.amazonaws.com/greenroom-staging/trivia-api",
            type: "PLAINTEXT",
          },
        ],
      },
      cache: { type: "LOCAL", modes: ["LOCAL_CUSTOM_CACHE", "LOCAL_DOCKER_LAYER_CACHE"] },
      logsConfig: {
        cloudwatchLogs: { status: "ENABLED", groupName: "/aws/codebuild/greenroom-staging-trivia-api" },
      },
      buildTimeout: 30,
    });
  });

  it("tests each environment at its own address, without privileges", () => {
    for (const [environment, recording] of Object.entries({ staging, prod })) {
      const { inputs } = recording.get(projectType, "trivia-api-tests-project");
      assert.deepEqual(inputs["source"], { type: "CODEPIPELINE", buildspec: "buildspec.integration.yml" });
      assert.deepEqual(inputs["cache"], { type: "LOCAL", modes: ["LOCAL_CUSTOM_CACHE"] });
      const { privilegedMode, environmentVariables } = inputs["environment"] as Record<string, unknown>;
      assert.equal(privilegedMode, false);
      assert.deepEqual(environmentVariables, [
        {
          name: "SERVICE_URL",
          value: `http://gr-${environment}-trivia-api.elb.amazonaws.com`,
          type: "PLAINTEXT",
        },
        { name: "ENVIRONMENT", value: environment, type: "PLAINTEXT" },
      ]);
    }
  });

  it("starts when templates change, and in prod when a release comes", () => {
    const ruleType = "aws:cloudwatch/eventRule:EventRule";
    const rules = (recording: Recording<Environment>) =>
      Object.fromEntries(
        recording
          .all(ruleType)
          .map(({ inputs }) => [inputs["name"], JSON.parse(inputs["eventPattern"] as string) as unknown]),
      );
    const pattern = (bucket: string, key: string) => ({
      source: ["aws.s3"],
      "detail-type": ["Object Created"],
      detail: { bucket: { name: [bucket] }, object: { key: [key] } },
    });
    assert.deepEqual(rules(staging), {
      "greenroom-staging-trivia-api-templates": pattern(artifacts("staging"), "templates/trivia-api.zip"),
    });
    assert.deepEqual(rules(prod), {
      "greenroom-prod-trivia-api-templates": pattern(artifacts("prod"), "templates/trivia-api.zip"),
      "greenroom-prod-trivia-api-release": pattern(
        "greenroom-prod-releases-111111111111-us-east-1",
        "releases/trivia-api.zip",
      ),
    });
    assert.deepEqual(prod.get("aws:cloudwatch/eventTarget:EventTarget", "trivia-api-release-target").inputs, {
      rule: "greenroom-prod-trivia-api-release",
      targetId: "pipeline",
      arn: arn("codepipeline", "greenroom-prod-trivia-api"),
      roleArn: "arn:aws:iam::111111111111:role/greenroom-prod-trivia-api-trigger",
    });
    assert.deepEqual(policy(prod, "trivia-api-trigger"), [
      {
        Effect: "Allow",
        Action: ["codepipeline:StartPipelineExecution"],
        Resource: [arn("codepipeline", "greenroom-prod-trivia-api")],
      },
    ]);
  });

  it("waits for its templates, so that its first execution finds them", () => {
    const { dependencies } = prod.get(pipelineType, "trivia-api-pipeline");
    assert.ok(dependencies.some((urn) => /BucketObjectv2::trivia-api-templates$/.test(urn)));
  });

  it("deploys as a role that can do that, to this group, and pass on the task's roles to tasks only", () => {
    const codeDeploy = (resource: string) => arn("codedeploy", resource);
    assert.deepEqual(policy(prod, "trivia-api-action-deploy"), [
      {
        Effect: "Allow",
        Action: [
          "codedeploy:GetApplication",
          "codedeploy:GetApplicationRevision",
          "codedeploy:RegisterApplicationRevision",
        ],
        Resource: [codeDeploy("greenroom-prod-trivia-api")],
      },
      {
        Effect: "Allow",
        Action: ["codedeploy:CreateDeployment", "codedeploy:GetDeployment"],
        Resource: [codeDeploy("trivia-api-deployment-group")],
      },
      {
        Effect: "Allow",
        Action: ["codedeploy:GetDeploymentConfig"],
        Resource: [codeDeploy("deploymentconfig:greenroom-prod-trivia-api-canary-10-percent-5-minutes")],
      },
      { Effect: "Allow", Action: ["ecs:RegisterTaskDefinition"], Resource: ["*"] },
      {
        Effect: "Allow",
        Action: ["ecs:TagResource"],
        Resource: [arn("ecs", "task-definition/greenroom-prod-trivia-api:*")],
        Condition: { StringEquals: { "ecs:CreateAction": "RegisterTaskDefinition" } },
      },
      {
        Effect: "Allow",
        Action: ["iam:PassRole"],
        Resource: [
          "arn:aws:iam::111111111111:role/greenroom-prod-trivia-api-task",
          "arn:aws:iam::111111111111:role/greenroom-prod-trivia-api-execution",
        ],
        Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
      },
      {
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:GetObjectVersion"],
        Resource: [`arn:aws:s3:::${artifacts("prod")}/*`],
      },
    ]);
  });

  it("may take on the roles of its actions, which trust nobody else", () => {
    assert.deepEqual(policy(prod, "trivia-api-pipeline")[0], {
      Effect: "Allow",
      Action: ["sts:AssumeRole"],
      Resource: ["release", "templates", "deploy", "verify"].map((action) => actionRole("prod", action)),
    });
    const { inputs } = prod.get("aws:iam/role:Role", "trivia-api-action-deploy-role");
    assert.deepEqual(statementsOf(inputs["assumeRolePolicy"]), [
      {
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::111111111111:root" },
        Action: ["sts:AssumeRole"],
        Condition: {
          ArnEquals: {
            "aws:PrincipalArn": "arn:aws:iam::111111111111:role/greenroom-prod-trivia-api-pipeline",
          },
        },
      },
    ]);
  });
});
