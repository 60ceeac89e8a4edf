import { z } from "zod";
import { allow, matching, whole } from "../../lib/checks";
import { buildImage } from "../../lib/build-image";
import { commonShape, type CommonDefinition } from "../../definitions/common";
import { checked } from "../../definitions/check";

/** A container behind a load balancer, on ECS Fargate. Nothing is left out: `ecsService` fills in the defaults. */
export interface EcsServiceDefinition extends CommonDefinition {
  /** @example "ecs" */
  kind: "ecs";
  /**
   * The port that the container listens on; it gets it as `PORT`.
   * @default 8080
   * @example 3000
   */
  port: number;
  /**
   * Answers 200 as soon as the container can take traffic.
   * @example "/healthz"
   */
  healthCheckPath: string;
  /**
   * CPU units of a task, 1024 to a vCPU.
   * @default 256
   * @example 1024
   */
  cpu: number;
  /**
   * Memory of a task in MiB.
   * @default 512
   * @example 2048
   */
  memory: number;
  /**
   * Tasks of a revision; twice as many run while one replaces another.
   * @default 2
   * @example 4
   */
  desiredCount: number;
  /**
   * Source of the hook function that tries a new version before customers get it, relative to the service's folder:
   * TypeScript or Python with a function `handler`.
   * @default no hook: the deployment goes on without one
   * @example "hooks/after-allow-test-traffic.ts"
   */
  hook?: string;
  /**
   * The image that builds run in.
   * @default "aws/codebuild/amazonlinux-x86_64-standard:5.0"
   * @example "aws/codebuild/amazonlinux-x86_64-standard:5.0-24.10.29"
   */
  buildImage: string;
  /**
   * Relative to the service's folder. Its artifact is the release: imageDetail.json, release.json and its
   * integration tests.
   * @default "buildspec.yml"
   * @example "ci/build.yml"
   */
  buildspec: string;
  /**
   * The file of the release that tests `$SERVICE_URL`. It only reads: it runs in prod, too.
   * It has no other access to AWS than its artifact and log.
   * @default "buildspec.integration.yml"
   * @example "tests/buildspec.yml"
   */
  integrationBuildspec: string;
}

const file = (what: string) =>
  z.string(allow(what)).refine((path) => path !== "" && !/^\/|(^|\/)\.\.(\/|$)/.test(path), allow(what));

/** Variables that every container gets from its task definition. */
const given: Readonly<Record<string, string>> = {
  PORT: "the container gets `port` as PORT",
  ENVIRONMENT: 'the container gets "staging" or "prod" as ENVIRONMENT',
};

const schema = z
  .strictObject({
    ...commonShape,
    port: whole(1, 65_535, "a port").default(8080),
    healthCheckPath: matching(
      /^\/\S*$/,
      "a path that begins with /, where the service answers 200 once it can serve",
    ),
    cpu: z.int(allow("CPU units")).default(256),
    memory: z.int(allow("MiB")).default(512),
    desiredCount: whole(1, 100, "a number of tasks").default(2),
    hook: file("a file in the service's folder")
      .refine(
        (path) => /\.(ts|py)$/.test(path),
        allow("a hook in TypeScript (.ts) or Python (.py); Lambda's other runtimes are not implemented"),
      )
      .optional(),
    buildImage: z.string(allow("the name of an image")).default(buildImage),
    buildspec: file("a file in the service's folder").default("buildspec.yml"),
    integrationBuildspec: file("a file in the service's folder").default("buildspec.integration.yml"),
  })
  .superRefine(({ cpu, memory, environment, secrets }, context) => {
    for (const [field, variables] of Object.entries({ environment, secrets }))
      for (const name of Object.keys(variables).filter((one) => one in given))
        context.addIssue({
          code: "custom",
          path: [field, name],
          message: `allowed is another name, as ${given[name]}`,
        });
    for (const name of Object.keys(secrets).filter((one) => one in environment))
      context.addIssue({
        code: "custom",
        path: ["secrets", name],
        message: `environment has a variable of this name, too; allowed is one of the two`,
      });
    const problem = fargateSizeProblem(cpu, memory);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem, input: { cpu, memory } });
  });

/**
 * Defines a container service: the default export of `services/<name>/service.ts`.
 * @example export default ecsService({ name: "trivia-api", port: 8080, healthCheckPath: "/health" });
 * @throws Error that names every wrong field with its value and what is allowed
 */
export function ecsService(definition: z.input<typeof schema>): EcsServiceDefinition {
  return { kind: "ecs", ...checked(definition.name, schema, definition) };
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
