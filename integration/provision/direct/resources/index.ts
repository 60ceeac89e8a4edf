/* eslint-disable @typescript-eslint/no-require-imports -- loaded when used, and CommonJS has no other way */
import type { ResourceType, ResourceTypes } from "../resource-type";

/**
 * The files of each module of a provider, loaded when a program uses it, as each brings an SDK client along. The
 * provider's module "cloudwatch" holds three AWS services.
 */
const modules: Record<string, { file: string; load: () => ResourceTypes }> = {
  "aws:cloudwatch": {
    file: "cloudwatch.ts or events.ts",
    load: () => ({
      ...(require("./cloudwatch") as typeof import("./cloudwatch")).cloudwatch,
      ...(require("./events") as typeof import("./events")).events,
    }),
  },
  "aws:codebuild": {
    file: "codebuild.ts",
    load: () => (require("./codebuild") as typeof import("./codebuild")).codebuild,
  },
  "aws:codedeploy": {
    file: "codedeploy.ts",
    load: () => (require("./codedeploy") as typeof import("./codedeploy")).codedeploy,
  },
  "aws:codepipeline": {
    file: "codepipeline.ts",
    load: () => (require("./codepipeline") as typeof import("./codepipeline")).codepipeline,
  },
  "aws:dynamodb": {
    file: "dynamodb.ts",
    load: () => (require("./dynamodb") as typeof import("./dynamodb")).dynamodb,
  },
  "aws:ec2": {
    file: "network.ts or security-groups.ts",
    load: () => ({
      ...(require("./network") as typeof import("./network")).network,
      ...(require("./security-groups") as typeof import("./security-groups")).securityGroups,
    }),
  },
  "aws:ecr": { file: "ecr.ts", load: () => (require("./ecr") as typeof import("./ecr")).ecr },
  "aws:ecs": { file: "ecs.ts", load: () => (require("./ecs") as typeof import("./ecs")).ecs },
  "aws:iam": { file: "iam.ts", load: () => (require("./iam") as typeof import("./iam")).iam },
  "aws:kms": { file: "kms.ts", load: () => (require("./kms") as typeof import("./kms")).kms },
  "aws:lambda": { file: "lambda.ts", load: () => (require("./lambda") as typeof import("./lambda")).lambda },
  "aws:lb": {
    file: "load-balancing.ts or listeners.ts",
    load: () => ({
      ...(require("./load-balancing") as typeof import("./load-balancing")).loadBalancing,
      ...(require("./listeners") as typeof import("./listeners")).listeners,
    }),
  },
  "aws:s3": { file: "s3.ts", load: () => (require("./s3") as typeof import("./s3")).s3 },
  "aws:ssm": { file: "ssm.ts", load: () => (require("./ssm") as typeof import("./ssm")).ssm },
  "aws:vpc": {
    file: "security-groups.ts",
    load: () => (require("./security-groups") as typeof import("./security-groups")).securityGroups,
  },
  "awsx:ec2": {
    file: "vpc-component.ts",
    load: () => (require("./vpc-component") as typeof import("./vpc-component")).vpcComponent,
  },
};

/** A type that direct provisioning has no entry for. */
export class UnknownTypeError extends Error {
  override name = "UnknownTypeError";
  constructor(type: string) {
    const known = modules[moduleOf(type)];
    const where = known ? "add it to" : `add a file for "${moduleOf(type)}" and name it in`;
    super(
      `direct provisioning does not know this resource type: ` +
        `${where} integration/provision/direct/resources/${known?.file ?? "index.ts"}`,
    );
  }
}

/** How to create resources of `type`. @throws {UnknownTypeError} */
export function findResourceType(type: string): ResourceType {
  const found = modules[moduleOf(type)]?.load()[type];
  if (!found) throw new UnknownTypeError(type);
  return found;
}

/** All types that there are entries for. */
export const knownTypes = () => Object.values(modules).flatMap((module) => Object.keys(module.load()));

/** `aws:ec2` of `aws:ec2/vpc:Vpc` and of `awsx:ec2:Vpc`. */
const moduleOf = (type: string) => type.replace(/\/.*$/, "").split(":").slice(0, 2).join(":");
