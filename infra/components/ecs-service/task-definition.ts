import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Service } from "../../definitions/overrides";
import type { Account } from "../account";
import { secretReferences, secretStatements } from "./secrets";
import type { OwnResources } from "../../definitions";
import { type Transform, transformed } from "../../lib/transform";
import { Role, trustService } from "../iam/role";
import type { ImageRepository } from "../storage/image-repository";

export interface TaskDefinitionArgs {
  account: Account;
  environment: string;
  service: Service;
  repository: ImageRepository;
  /** What the service has of its own. */
  own: OwnResources;
  /** Addresses of the services that it uses, by environment variable. */
  addresses: Record<string, pulumi.Input<string>>;
  logRetentionDays: number;
  transform?: { bootstrap?: Transform<aws.ecs.TaskDefinitionArgs> };
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
    const { service, environment } = args;
    const family = `greenroom-${environment}-${service.name}`;
    // Only tasks of this account: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    const trust = trustService("ecs-tasks.amazonaws.com", {
      StringEquals: { "aws:SourceAccount": args.account.id },
    });

    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      { name: `/greenroom/${environment}/${service.name}`, retentionInDays: args.logRetentionDays },
      child,
    );
    const taskRole = new Role(
      `${name}-task`,
      {
        roleName: `${family}-task`,
        description: `What ${service.name} itself may do in ${environment}`,
        trust,
        statements: [...service.permissions, ...(args.own.permissions ?? [])],
      },
      child,
    );
    const executionRole = new Role(
      `${name}-execution`,
      {
        roleName: `${family}-execution`,
        description: `Pulls the image of ${service.name} and writes its log in ${environment}`,
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
          ...secretStatements(args.account, service.secrets),
        ],
      },
      child,
    );

    const container = {
      name: service.name,
      essential: true,
      portMappings: [{ containerPort: service.port, hostPort: service.port, protocol: "tcp" }],
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": logGroup.name,
          "awslogs-region": args.account.region,
          "awslogs-stream-prefix": service.name,
        },
      },
    };
    const task = {
      family,
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      executionRoleArn: executionRole.arn,
      taskRoleArn: taskRole.arn,
    };
    const environmentOf = (variables: Record<string, pulumi.Input<string>>) =>
      Object.entries(variables).map(([key, value]) => ({ name: key, value }));
    const secrets = secretReferences(args.account, service.secrets);
    const port = { PORT: String(service.port) };

    const bootstrap = new aws.ecs.TaskDefinition(
      ...transformed<aws.ecs.TaskDefinitionArgs>(
        args.transform?.bootstrap,
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
      ),
    );

    this.nodes = { taskRole, executionRole, logGroup, bootstrap };
    this.bootstrapArn = bootstrap.arn;
    this.roleArns = [taskRole.arn, executionRole.arn];
    this.template = pulumi.jsonStringify(
      {
        ...task,
        cpu: String(service.cpu),
        memory: String(service.memory),
        containerDefinitions: [
          {
            ...container,
            image: imagePlaceholder,
            environment: environmentOf({
              ...service.environment,
              ...args.addresses,
              ...args.own.environment,
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
