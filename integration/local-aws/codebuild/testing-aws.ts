import { ResourceNotFoundException } from "@aws-sdk/client-secrets-manager";
import { NoSuchEntityException } from "@aws-sdk/client-iam";
import { NoSuchKey } from "@aws-sdk/client-s3";
import { Aws, type Identity } from "../core/aws";
import { Clock } from "../core/clock";
import { callJson } from "../core/testing";
import { codebuild } from "./index";
import { FakeRuntime } from "./testing";

const account = "111111111111";
export const role = `arn:aws:iam::${account}:role/service/build`;

/** For tests: the other services as maps in memory, and who called them. */
export class FakeAws extends Aws {
  readonly objects = new Map<string, Uint8Array>();
  readonly parameters = new Map<string, string>();
  readonly secrets = new Map<string, string>();
  readonly logs = new Map<string, string[]>();
  readonly puts: { key: string; as: string }[] = [];
  /** Of objects that were put: how, and with which key. */
  readonly encryption = new Map<string, unknown[]>();
  readonly warnings: string[];

  constructor(speed = 100) {
    const warnings: string[] = [];
    super("http://127.0.0.1:1", new Clock(speed), (message) => warnings.push(message));
    this.warnings = warnings;
  }

  override client<C>(_client: new (config: never) => C, identity: Identity): C {
    const send = async (command: { constructor: { name: string }; input: Record<string, unknown> }) =>
      this.answer(command.constructor.name.replace("Command", ""), command.input, identity);
    return { send } as C;
  }

  private answer(operation: string, input: Record<string, unknown>, as: Identity): unknown {
    const key = `${String(input.Bucket)}/${String(input.Key)}`;
    const stream = `${String(input.logGroupName)}:${String(input.logStreamName)}`;
    const missing = { message: "missing", $metadata: {} };
    switch (operation) {
      case "AssumeRole":
        return {
          Credentials: {
            AccessKeyId: "ASIAROLE",
            SecretAccessKey: "role-secret",
            SessionToken: "role-token",
          },
        };
      case "GetRole":
        if (input.RoleName !== "build") throw new NoSuchEntityException(missing);
        return {};
      case "GetObject": {
        const body = this.objects.get(key);
        if (!body) throw new NoSuchKey({ message: "The specified key does not exist.", $metadata: {} });
        return { Body: { transformToByteArray: async () => body } };
      }
      case "PutObject":
        this.objects.set(key, input.Body as Uint8Array);
        this.puts.push({ key, as: as.credentials.accessKeyId });
        this.encryption.set(key, [input.ServerSideEncryption, input.SSEKMSKeyId]);
        return {};
      case "CreateLogGroup":
        return {};
      case "CreateLogStream":
        this.logs.set(stream, []);
        return {};
      case "PutLogEvents":
        for (const { message } of input.logEvents as { message: string }[])
          this.logs.get(stream)?.push(message);
        return {};
      case "GetParameters": {
        const names = input.Names as string[];
        return {
          Parameters: names.flatMap((Name) => {
            const Value = this.parameters.get(Name);
            return Value === undefined ? [] : { Name, Value };
          }),
          InvalidParameters: names.filter((name) => !this.parameters.has(name)),
        };
      }
      case "GetSecretValue": {
        const SecretString = this.secrets.get(String(input.SecretId));
        if (SecretString === undefined) throw new ResourceNotFoundException(missing);
        return { SecretString };
      }
      default:
        throw new Error(`the test has no ${operation}`);
    }
  }
}

export interface Phase {
  phaseType: string;
  phaseStatus?: string;
  contexts?: { statusCode: string; message: string }[];
  durationInSeconds?: number;
}

export interface BuildAnswer extends Record<string, unknown> {
  id: string;
  arn: string;
  buildStatus: string;
  buildComplete: boolean;
  currentPhase: string;
  phases: Phase[];
  logs: Record<string, unknown>;
  artifacts: Record<string, unknown>;
}

/** For tests: the service, called as the gateway calls it. */
export class Harness {
  readonly aws = new FakeAws();
  readonly runtime = new FakeRuntime();
  readonly service: ReturnType<typeof codebuild>;
  readonly caller: Identity;

  constructor(minute = 60_000) {
    this.service = codebuild(this.aws, this.runtime, minute);
    this.caller = { ...this.aws.root(account, "us-east-1"), arn: `arn:aws:iam::${account}:user/tester` };
  }

  /** Rejects with `Code: message`. */
  async call<T = Record<string, unknown>>(operation: string, input: object): Promise<T> {
    const { status, output } = await callJson<T>(this.service.operations, operation, input, this.caller);
    if (status !== 200) throw new Error(`${output.__type}: ${output.message}`);
    return output;
  }

  async createProject(changes: object = {}): Promise<Record<string, unknown>> {
    const { project } = await this.call<{ project: Record<string, unknown> }>("CreateProject", {
      name: "app",
      source: { type: "CODEPIPELINE", buildspec: "buildspec.yml" },
      artifacts: { type: "CODEPIPELINE" },
      environment: {
        type: "LINUX_CONTAINER",
        image: "aws/codebuild/standard:7.0",
        computeType: "BUILD_GENERAL1_SMALL",
        privilegedMode: true,
      },
      serviceRole: role,
      ...changes,
    });
    return project;
  }

  async start(input: object): Promise<BuildAnswer> {
    const { build } = await this.call<{ build: BuildAnswer }>("StartBuild", { projectName: "app", ...input });
    return build;
  }

  async get(id: string): Promise<BuildAnswer> {
    const { builds } = await this.call<{ builds: BuildAnswer[] }>("BatchGetBuilds", { ids: [id] });
    if (!builds[0]) throw new Error(`there is no build ${id}`);
    return builds[0];
  }

  /** Polls until the build is as wanted; bounded by mocha's timeout. */
  async until(id: string, wanted: (build: BuildAnswer) => boolean): Promise<BuildAnswer> {
    for (;;) {
      const build = await this.get(id);
      if (wanted(build)) return build;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Runs a build with this buildspec and no source to its end. */
  async build(buildspec: string, input: object = {}): Promise<BuildAnswer> {
    const { id } = await this.start({
      sourceTypeOverride: "NO_SOURCE",
      buildspecOverride: buildspec,
      ...input,
    });
    return this.until(id, ({ buildComplete }) => buildComplete);
  }

  /** What a build's commands printed: its log without CodeBuild's own lines. */
  printed({ logs }: BuildAnswer): string[] {
    return this.log(logs).filter((line) => !line.startsWith("[Container]"));
  }

  log(logs: BuildAnswer["logs"]): string[] {
    return this.aws.logs.get(`${String(logs.groupName)}:${String(logs.streamName)}`) ?? [];
  }

  close(): Promise<void> {
    return this.service.close();
  }
}

/** `INSTALL SUCCEEDED`, … */
export const statuses = ({ phases }: BuildAnswer): string[] =>
  phases.map(({ phaseType, phaseStatus }) => (phaseStatus ? `${phaseType} ${phaseStatus}` : phaseType));

export function contextOf(
  { phases }: BuildAnswer,
  type: string,
): { statusCode: string; message: string } | undefined {
  return phases.find(({ phaseType }) => phaseType === type)?.contexts?.[0];
}
