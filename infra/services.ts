import type { ServiceOverrides } from "./config";

/** What a service is in every environment. What differs between environments is stack configuration. */
export interface ServiceDefinition {
  /** Lower-case letters, digits and `-`: it becomes part of names on AWS. */
  name: string;
  /** `ecs`: a container behind a load balancer. */
  kind: "ecs";
  /** Folder in the repository; a commit that touches it starts the service's pipeline. */
  directory: string;
  /** The port that the container listens on. */
  port: number;
  /** Answers 200 as soon as the container can take traffic. */
  healthCheckPath: string;
  /** CPU units of a task, 1024 to a vCPU. */
  cpu: number;
  /** Memory of a task in MiB. */
  memory: number;
  /** Source of the hook function that tries a new version before customers get it, relative to `directory`. */
  hook: string;
  /** Relative to `directory`. Its artifact is the release: imageDetail.json, release.json and its integration tests. */
  buildspec: string;
  /**
   * The file of the release that tests `$SERVICE_URL`. It only reads: it runs in prod, too.
   * It has no other access to AWS than its artifact and log.
   */
  integrationBuildspec: string;
}

/** The services of this repository, common to all environments. */
export const serviceDefinitions = [
  {
    name: "trivia-api",
    kind: "ecs",
    directory: "services/trivia-api",
    port: 8080,
    healthCheckPath: "/health",
    cpu: 256,
    memory: 512,
    hook: "hooks/after-allow-test-traffic.ts",
    buildspec: "buildspec.yml",
    integrationBuildspec: "buildspec.integration.yml",
  },
] as const satisfies readonly ServiceDefinition[];

/** A service as one environment runs it. */
export interface Service extends ServiceDefinition {
  /** Tasks of a revision; twice as many run while one replaces another. */
  desiredCount: number;
  /** Where customers go, with HTTPS. @default the name of the load balancer, with HTTP */
  domainName?: string;
  /** Environment variables of the container besides `PORT` and `ENVIRONMENT`. */
  environment: Record<string, string>;
  /** Whether what the service has is guarded against deletion. @default as its environment */
  protect?: boolean;
}

/**
 * The sizes that Fargate offers: CPU units to [least, most, step] of MiB.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
 */
const fargateMemory: Record<number, [number, number, number]> = {
  256: [512, 2048, 512],
  512: [1024, 4096, 1024],
  1024: [2048, 8192, 1024],
  2048: [4096, 16_384, 1024],
  4096: [8192, 30_720, 1024],
};

/** Whether Fargate has a task of this size, and if not, what it has. */
export function fargateSizeProblem(cpu: number, memory: number): string | undefined {
  const sizes = fargateMemory[cpu];
  if (!sizes) return `cpu ${String(cpu)}: allowed are ${Object.keys(fargateMemory).join(", ")}`;
  const [least, most, step] = sizes;
  if (cpu === 256 && memory === 1536) return "memory 1536 with cpu 256: allowed are 512, 1024, 2048";
  if (memory >= least && memory <= most && memory % step === 0) return undefined;
  return `memory ${String(memory)} with cpu ${String(cpu)}: allowed is ${String(least)} to ${String(most)} in steps of ${String(step)}`;
}

/** The services with what an environment's configuration says of them. */
export function servicesWith(overrides: Partial<Record<string, ServiceOverrides>>): Service[] {
  return serviceDefinitions.map((definition) => {
    const { desiredCount, cpu, memory, domainName, environment, protect } = overrides[definition.name] ?? {};
    return {
      ...definition,
      cpu: cpu ?? definition.cpu,
      memory: memory ?? definition.memory,
      desiredCount: desiredCount ?? 2,
      domainName,
      environment: environment ?? {},
      protect,
    };
  });
}
