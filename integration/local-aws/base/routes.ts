import type { Base } from "./base";

/** Services that look into each other inside of a base, so that one base has them all. */
interface Family {
  services: readonly string[];
  /** What they look for, for people. */
  because: string;
}

/**
 * What goes together. A service that is in no family goes by itself.
 *
 * LocalStack offers by plan (https://docs.localstack.cloud/api-coverage/v1/index.md): its free one has S3, IAM, STS,
 * KMS, EC2, EventBridge, Lambda, Logs, CloudWatch, SSM and Secrets Manager; ECR
 * (https://docs.localstack.cloud/api-coverage/v1/services/ecr.md) and Elastic Load Balancing
 * (https://docs.localstack.cloud/references/coverage/coverage_elbv2/) begin with a paid one.
 */
export const families: readonly Family[] = [
  { services: ["iam", "sts"], because: "a role is assumed where it was made" },
  {
    services: ["ec2", "elasticloadbalancing"],
    because: "a load balancer is put into subnets and security groups",
  },
  {
    services: ["s3", "kms", "events", "sns", "sqs"],
    because: "S3 encrypts with keys and tells of its objects, and rules deliver to topics and queues",
  },
  {
    services: ["lambda", "logs", "monitoring"],
    because: "functions write their logs and metrics inside of the base",
  },
];

/** What the stacks call of a base. */
export const needed = [
  ...families.flatMap(({ services }) => services),
  "ecr",
  "ssm",
  "secretsmanager",
].sort();

/** Who serves what: the chosen base what it offers, family by family, and the other one the rest. */
export class Routes {
  constructor(
    readonly chosen: Base,
    readonly beside?: Base,
  ) {}

  /** Which base has a service, by its signing name. */
  baseOf(service: string): Base {
    if (!this.beside) return this.chosen;
    const family = families.find(({ services }) => services.includes(service))?.services ?? [service];
    return family.every((one) => this.chosen.services.has(one)) ? this.chosen : this.beside;
  }

  /** What is served by whom of what the stacks call. */
  table(): { by: string; services: string[] }[] {
    const bases = [this.chosen, ...(this.beside ? [this.beside] : [])];
    return bases
      .map((base) => ({
        by: base.name,
        services: needed.filter((service) => this.baseOf(service) === base),
      }))
      .filter(({ services }) => services.length > 0);
  }
}

/** What the stacks call and a base cannot be given, since it lacks it, or something that has to be beside it. */
export function lackedBy(offered: ReadonlySet<string>): string[] {
  return needed.filter((service) => {
    const family = families.find(({ services }) => services.includes(service))?.services ?? [service];
    return !family.every((one) => offered.has(one));
  });
}

/**
 * The service of a request that is not signed, as far as a base gets such: a registry's by its host, and what an
 * emulator answers about itself by its path (undefined). The rest are downloads from S3.
 */
export function serviceOfUnsigned(host: string, path: string): string | undefined {
  if (/\.dkr\.ecr\./.test(host)) return "ecr";
  if (/\.lambda-url\./.test(host)) return "lambda";
  if (/\.execute-api\./.test(host)) return "execute-api";
  return path.startsWith("/_") ? undefined : "s3";
}
