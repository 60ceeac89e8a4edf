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
 * LocalStack offers by plan: ECR begins with a paid one, Elastic Load Balancing is in the paid image only
 * (https://docs.localstack.cloud/api-coverage/v1/index.md, https://docs.localstack.cloud/api-coverage/v1/services/ecr.md,
 * https://docs.localstack.cloud/references/coverage/coverage_elbv2/).
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

const familyOf = (service: string): readonly string[] =>
  families.find(({ services }) => services.includes(service))?.services ?? [service];

const hasFamilyOf = (offered: ReadonlySet<string>, service: string) =>
  familyOf(service).every((one) => offered.has(one));

/** What the stacks call and a base cannot be given: it lacks it, or something that has to be beside it. */
export const lackedBy = (offered: ReadonlySet<string>): string[] =>
  needed.filter((service) => !hasFamilyOf(offered, service));

/** Some services, and who serves them. */
export interface ServedBy {
  by: string;
  services: string[];
}

/** Who serves what: the chosen base what it offers, family by family, and the one beside it the rest. */
export class Routes {
  constructor(
    readonly chosen: Base,
    readonly beside?: Base,
  ) {}

  /** Which base has a service, by its signing name. */
  baseOf(service: string): Base {
    return this.beside && !hasFamilyOf(this.chosen.services, service) ? this.beside : this.chosen;
  }

  /** Where a request goes that the gateway does not answer. */
  urlOf(service: string | undefined, host: string, path: string): string {
    const asked = service ?? serviceOfUnsigned(host, path);
    return asked === undefined ? this.chosen.url : this.baseOf(asked).url;
  }

  versions(): Record<string, string> {
    const bases = this.beside ? [this.chosen, this.beside] : [this.chosen];
    return Object.fromEntries(bases.map(({ product, version }) => [product, version]));
  }

  /** Of what the stacks call. */
  table(): ServedBy[] {
    return [this.chosen, this.beside].flatMap((base) => {
      const services = needed.filter((service) => base && this.baseOf(service) === base);
      return base && services.length > 0 ? [{ by: base.name, services }] : [];
    });
  }
}

/**
 * The service of a request that is not signed, as far as a base gets such: a registry's by its host, and what an
 * emulator answers about itself by its path (undefined). The rest are downloads from S3.
 */
function serviceOfUnsigned(host: string, path: string): string | undefined {
  if (/\.dkr\.ecr\./.test(host)) return "ecr";
  if (/\.lambda-url\./.test(host)) return "lambda";
  if (/\.execute-api\./.test(host)) return "execute-api";
  return path.startsWith("/_") ? undefined : "s3";
}
