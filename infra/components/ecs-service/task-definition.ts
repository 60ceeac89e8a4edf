import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Context } from "../context";
import { type SecretSource, secretReferences, secretStatements } from "./secrets";
import { Role, type Statement, trustService } from "../iam/role";
import type { ImageRepository } from "../storage/image-repository";

export interface TaskDefinitionArgs {
  context: Context;
  /**
   * Name of the service and of its container.
   * @example "trivia-api"
   */
  service: string;
  /**
   * The port that the container listens on; it gets it as `PORT`.
   * @example 8080
   */
  port: number;
  /**
   * CPU units, 1024 to a vCPU.
   * @example 256
   */
  cpu: number;
  /**
   * MiB
   * @example 512
   */
  memory: number;
  /**
   * The container's environment variables, besides `PORT` and `ENVIRONMENT`.
   * @example { LOG_LEVEL: "info" }
   */
  variables: Record<string, pulumi.Input<string>>;
  /**
   * Environment variables whose values ECS fetches when a task starts.
   * @example { SIGNING_KEY: { secret: "leaderboard/signing-key" } }
   */
  secrets: Readonly<Record<string, SecretSource>>;
  /**
   * What the service itself may do.
   * @example [{ actions: ["dynamodb:GetItem"], resources: [table.arn] }]
   */
  permissions: Statement[];
  repository: ImageRepository;
}

/** What stands in the template for the image of the release. */
const imagePlaceholder = "<IMAGE1_NAME>";

/** Answers until the first release; keeps connections longer than the load balancer does, as it would else answer 502. */
const bootstrapServer = [
  `const server = require("http").createServer((request, response) => {`,
  `  response.setHeader("x-service-version", "bootstrap");`,
  `  response.end("No release yet\\n");`,
  `});`,
  `server.keepAliveTimeout = 75000;`,
  `server.listen(process.env.PORT, process.env.HOST || "0.0.0.0");`,
  `process.on("SIGTERM", () => server.close(() => process.exit(0)));`,
].join(" ");

/**
 * A service's task: its roles and log, the template that every release is made from, and the bootstrap revision that
 * the service starts with. The pipeline registers all further revisions.
 */
export class TaskDefinition extends pulumi.ComponentResource {
  /** taskdef.json as RegisterTaskDefinition takes it, with the placeholder `<IMAGE1_NAME>` for the image. */
  readonly template: pulumi.Output<string>;
  readonly bootstrapArn: pulumi.Output<string>;
  /** The roles that whoever starts tasks must be able to pass on. */
  readonly roleArns: pulumi.Output<string>[];
  readonly nodes: {
    taskRole: Role;
    executionRole: Role;
    logGroup: aws.cloudwatch.LogGroup;
    bootstrap: aws.ecs.TaskDefinition;
  };

  constructor(name: string, args: TaskDefinitionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenroom:infra:TaskDefinition", name, {}, opts);
    const child = { parent: this };
    const { service } = args;
    const { account, environment, logRetentionDays } = args.context;
    const family = `greenroom-${environment}-${service}`;
    // Only tasks of this account: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    const trust = trustService("ecs-tasks.amazonaws.com", {
      StringEquals: { "aws:SourceAccount": account.id },
    });

    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      { name: `/greenroom/${environment}/${service}`, retentionInDays: logRetentionDays },
      child,
    );
    const taskRole = new Role(
      `${name}-task`,
      {
        roleName: `${family}-task`,
        description: `What ${service} itself may do in ${environment}`,
        trust,
        statements: args.permissions,
      },
      child,
    );
    const executionRole = new Role(
      `${name}-execution`,
      {
        roleName: `${family}-execution`,
        description: `Pulls the image of ${service} and writes its log in ${environment}`,
        trust,
        statements: [
          {
            actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            resources: [args.repository.arn],
          },
          // GetAuthorizationToken has no resource-level permission.
          { actions: ["ecr:GetAuthorizationToken"], resources: ["*"] },
          {
            actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
            resources: [pulumi.interpolate`${logGroup.arn}:*`],
          },
          ...secretStatements(account, args.secrets),
        ],
      },
      child,
    );

    const container = {
      name: service,
      essential: true,
      portMappings: [{ containerPort: args.port, hostPort: args.port, protocol: "tcp" }],
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": logGroup.name,
          "awslogs-region": account.region,
          "awslogs-stream-prefix": service,
        },
      },
    };
    const task = {
      family,
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      executionRoleArn: executionRole.arn,
      // Not `arn`, which waits for the role's policy: the first permission of a service would seem to change all this.
      taskRoleArn: taskRole.roleArn,
    };
    const environmentOf = (variables: Record<string, pulumi.Input<string>>) =>
      Object.entries(variables).map(([key, value]) => ({ name: key, value }));
    const secrets = secretReferences(account, args.secrets);
    const port = { PORT: String(args.port) };

    const bootstrap = new aws.ecs.TaskDefinition(
      `${name}-bootstrap`,
      {
        ...task,
        // Nothing that a service's configuration says: a changed one is a release, and must not touch this.
        cpu: "256",
        memory: "512",
        containerDefinitions: pulumi.jsonStringify([
          {
            ...container,
            image: "public.ecr.aws/docker/library/node:22-alpine",
            command: ["node", "-e", bootstrapServer],
            environment: environmentOf(port),
          },
        ]),
      },
      child,
    );

    this.nodes = { taskRole, executionRole, logGroup, bootstrap };
    this.bootstrapArn = bootstrap.arn;
    this.roleArns = [taskRole.roleArn, executionRole.arn];
    this.template = pulumi.jsonStringify(
      {
        ...task,
        cpu: String(args.cpu),
        memory: String(args.memory),
        containerDefinitions: [
          {
            ...container,
            image: imagePlaceholder,
            environment: environmentOf({
              ...args.variables,
              ENVIRONMENT: environment,
              ...port,
            }),
            ...(secrets.length > 0 && { secrets }),
          },
        ],
      },
      undefined,
      2,
    );
    this.registerOutputs({ bootstrapArn: this.bootstrapArn });
  }
}
