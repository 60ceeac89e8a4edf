import { services } from "../../../infra/services";
import type { EnvironmentName } from "../../rehearsal/environments";
import { definition } from "./arguments-table";

/** A change of one argument, and what the engine has to make of it. */
export interface Trial {
  value: unknown;
  /** Configuration that must change with it, by argument. */
  with?: Record<string, unknown>;
  /** `update deployment-group deploymentConfigName`: operation, resource, property. */
  changes?: string[] | ((environment: EnvironmentName) => string[]);
  /** Services to which a change in place goes on through a release: their templates change, and no others. */
  releases?: string[];
  /** The resource whose protection refuses it. */
  refusedBy?: string;
  /** Where it is tried. @default both */
  in?: EnvironmentName;
  /** Trials without it share a preview; those with the same share another one. */
  apart?: string;
}

const update = (resource: string, ...properties: string[]) =>
  properties.map((property) => `update ${resource} ${property}`);

const templates = update("templates", "source", "versionId");
const otherConfiguration = (property: string) => [
  // The canary is a part of its name, and nothing of it can change: another is made, the group moves, this one goes.
  "replace deployment-config deploymentConfigName",
  `replace deployment-config trafficRoutingConfig.timeBasedCanary.${property}`,
  ...update("deployment-group", "deploymentConfigName"),
  ...update("action-deploy-policy", "policy"),
];
const testUrl = update("hook-function", "environment.variables.TEST_URL");
const serviceUrl = update("tests-project", "environment.environmentVariables.value");
/** They have the address of another one in an environment variable. */
const users = services.filter(({ uses }) => uses.length > 0).map(({ name }) => name);
/** What leaderboard makes for itself. */
const ownTable = update("scores", "deletionProtectionEnabled");
const otherSubnets = ["subnet-0000000a", "subnet-0000000b"];
const otherAccount = "333333333333";

/** One for every argument. */
export const trials: Record<string, Trial> = {
  environment: {
    value: "prod",
    with: { source: {}, promoteToAccount: "" },
    in: "staging",
    refusedBy: "load-balancer",
  },
  "aws:region": { value: "eu-west-1", in: "prod", refusedBy: "artifacts-bucket" },
  "network.vpcId": { value: "vpc-0000000a", in: "staging", refusedBy: "blue" },
  "network.publicSubnetIds": {
    value: otherSubnets,
    changes: update("load-balancer", "subnets", "subnetMappings"),
  },
  "network.privateSubnetIds": {
    value: otherSubnets,
    in: "staging",
    apart: "subnets",
    changes: [...templates, ...update("hook-function", "vpcConfig.subnetIds")],
  },
  "network.testTrafficCidrs": {
    value: ["203.0.113.7/32"],
    changes: update("security-group", "ingresses"),
  },
  certificateArn: {
    value: "arn:aws:acm:us-east-1:111111111111:certificate/1",
    changes: [
      ...update("production", "certificateArn", "port", "protocol", "sslPolicy"),
      ...update("test", "certificateArn", "protocol", "sslPolicy"),
      ...update("security-group", "ingresses"),
      ...testUrl,
      ...serviceUrl,
      ...templates,
    ],
    releases: users,
  },
  testPort: {
    value: 9003,
    changes: [...update("test", "port"), ...update("security-group", "ingresses"), ...testUrl],
  },
  "deployment.canaryPercent": { value: 25, changes: otherConfiguration("percentage") },
  "deployment.canaryInterval": { value: "7 minutes", changes: otherConfiguration("interval") },
  "deployment.terminationWait": {
    value: "8 minutes",
    changes: update(
      "deployment-group",
      "blueGreenDeploymentConfig.terminateBlueInstancesOnDeploymentSuccess.terminationWaitTimeInMinutes",
    ),
  },
  "alarms.target5xxPerMinute": {
    value: 9,
    changes: ["blue", "green"].flatMap((colour) => update(`target-5xx-${colour}`, "threshold")),
  },
  protect: {
    value: false,
    changes: (environment) => [
      ...update("load-balancer", "enableDeletionProtection"),
      ...update("repository", "forceDelete"),
      ...update("artifacts-bucket", "forceDestroy"),
      ...ownTable,
      ...(environment === "prod" ? update("prod-releases-bucket", "forceDestroy") : []),
    ],
  },
  logRetentionDays: {
    value: 90,
    changes: (environment) =>
      [
        "log",
        "hook-log",
        "tests-log",
        ...(environment === "staging" ? ["image-log", "promote-log"] : []),
      ].flatMap((log) => update(log, "retentionInDays")),
  },
  "services.<name>.desiredCount": { value: 5, changes: update("service", "desiredCount") },
  "services.<name>.cpu": { value: 512, in: "staging", apart: "size", changes: templates },
  "services.<name>.memory": { value: 2048, in: "staging", apart: "size", changes: templates },
  // Goes with a certificate only, so that both change in the same preview.
  "services.<name>.domainName": {
    value: "<name>.example.com",
    changes: [...testUrl, ...serviceUrl, ...templates],
    releases: users,
  },
  "services.<name>.environment": {
    value: { GREETING: "hello" },
    in: "prod",
    apart: "environment",
    changes: templates,
  },
  "services.<name>.protect": {
    value: false,
    in: "staging",
    apart: "subnets",
    changes: [
      ...update("load-balancer", "enableDeletionProtection"),
      ...update("repository", "forceDelete"),
      ...update("artifacts-bucket", "forceDestroy"),
      ...ownTable,
    ],
  },
  "source.connectionArn": {
    value: "arn:aws:codeconnections:us-east-1:111111111111:connection/2",
    in: "staging",
    changes: [
      ...update("pipeline", "stages.actions.configuration.ConnectionArn"),
      ...update("action-source-policy", "policy"),
    ],
  },
  "source.repository": {
    value: "someone/else",
    in: "staging",
    changes: update("pipeline", "stages.actions.configuration.FullRepositoryId"),
  },
  "source.branch": {
    value: "next",
    in: "staging",
    changes: update(
      "pipeline",
      "stages.actions.configuration.BranchName",
      "triggers.gitConfiguration.pushes.branches.includes",
    ),
  },
  promoteToAccount: {
    value: otherAccount,
    in: "staging",
    changes: [
      ...update(
        "promote-function",
        ...["RECEIVE_ROLE_ARN", "RELEASE_BUCKET", "TARGET_ACCOUNT"].map(
          (name) => `environment.variables.${name}`,
        ),
      ),
      ...update("promote-role-policy", "policy"),
    ],
  },
  promotedFromAccount: {
    value: otherAccount,
    in: "prod",
    changes: update("receive-role", "assumeRolePolicy"),
  },

  [`${definition}name`]: {
    value: "quiz-api",
    with: { services: {} },
    in: "prod",
    refusedBy: "deployment-group",
  },
  [`${definition}environment`]: { value: { LOG_LEVEL: "debug" }, changes: templates },
  [`${definition}secrets`]: {
    value: { KEY: { secret: "trivia-api/key" } },
    changes: [...templates, ...update("execution-policy", "policy")],
  },
  [`${definition}permissions`]: {
    value: [{ actions: ["sns:Publish"], resources: ["arn:aws:sns:us-east-1:111111111111:scores"] }],
    changes: ["create task-policy"],
  },
  [`${definition}resources`]: {
    value: { code: '() => ({ environment: { TABLE: "scores" } })' },
    changes: templates,
  },
  [`${definition}uses`]: { value: [], in: "prod", apart: "uses", changes: templates },
  // They are stack outputs.
  [`${definition}objectives`]: { value: { availabilityPercent: 99 }, changes: [] },
  [`${definition}expectedRate`]: { value: 20, changes: [] },
  [`${definition}port`]: { value: 8081, in: "prod", refusedBy: "green" },
  [`${definition}healthCheckPath`]: {
    value: "/healthy",
    changes: ["blue", "green"].flatMap((colour) => update(colour, "healthCheck.path")),
  },
  [`${definition}cpu`]: { value: 512, in: "prod", apart: "size", changes: templates },
  [`${definition}memory`]: { value: 2048, in: "prod", apart: "size", changes: templates },
  [`${definition}desiredCount`]: {
    value: 5,
    // Which would say otherwise.
    with: { services: {} },
    apart: "count",
    changes: update("service", "desiredCount"),
  },
  [`${definition}buildImage`]: {
    value: "aws/codebuild/amazonlinux-x86_64-standard:5.0-24.10.29",
    changes: (environment) => [
      ...(environment === "staging" ? update("image-project", "environment.image") : []),
      ...update("tests-project", "environment.image"),
    ],
  },
  [`${definition}hook`]: {
    value: "hooks/hook.ts",
    changes: update("hook-function", "code", "lastModified"),
  },
  [`${definition}buildspec`]: {
    value: "buildspec.other.yml",
    in: "staging",
    changes: update("image-project", "source.buildspec"),
  },
  [`${definition}integrationBuildspec`]: {
    value: "buildspec.other.yml",
    changes: update("tests-project", "source.buildspec"),
  },
};
