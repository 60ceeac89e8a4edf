import type { Service } from "../resource";
import { cloudwatch } from "./cloudwatch";
import { codedeploy } from "./codedeploy";
import { codebuild, codepipeline } from "./delivery";
import { dynamodb } from "./dynamodb";
import { ecr } from "./ecr";
import { ecs } from "./ecs";
import { events } from "./events";
import { iam } from "./iam";
import { kms } from "./kms";
import { lambda } from "./lambda";
import { loadBalancing } from "./load-balancing";
import { logs } from "./logs";
import { network } from "./network";
import { s3 } from "./s3";
import { securityGroups } from "./security-groups";
import { ssm } from "./ssm";

/** Every service that a stack can hold something of. */
export const services: Service[] = [
  cloudwatch,
  codebuild,
  codedeploy,
  codepipeline,
  dynamodb,
  ecr,
  ecs,
  events,
  iam,
  kms,
  lambda,
  loadBalancing,
  logs,
  network,
  s3,
  securityGroups,
  ssm,
];
