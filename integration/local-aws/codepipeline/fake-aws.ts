import { GetObjectCommand, NoSuchKey, PutObjectCommand } from "@aws-sdk/client-s3";
import { Aws, type Identity } from "../core/aws";
import { Clock } from "../core/clock";

export const account = "111111111111";
export const caller: Identity = {
  account,
  region: "us-east-1",
  arn: `arn:aws:iam::${account}:user/ann`,
  credentials: { accessKeyId: account, secretAccessKey: "x" },
};
export const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;

/** For the tests: the rest of AWS, by the names of the commands that are sent to it. */
export type Answers = Record<string, (input: never, identity: Identity) => unknown>;

export interface Sent {
  command: string;
  input: Record<string, unknown>;
  as: string;
}

export class FakeAws extends Aws {
  readonly sent: Sent[] = [];
  readonly warnings: string[];
  readonly objects = new Map<string, Uint8Array>();

  constructor(
    readonly answers: Answers = {},
    speed = 10_000,
  ) {
    const warnings: string[] = [];
    super("http://127.0.0.1:1", new Clock(speed), (message) => warnings.push(message));
    this.warnings = warnings;
  }

  override client<C>(_Client: unknown, identity: Identity): C {
    return { send: (command: object) => this.send(command, identity) } as C;
  }

  override assumeRole(roleArn: string, region: string, session: string): Promise<Identity> {
    const account = roleArn.split(":")[4] ?? "";
    if (roleArn.endsWith("/refused")) return Promise.reject(new Error("not trusted"));
    return Promise.resolve({
      account,
      region,
      arn: `arn:aws:sts::${account}:assumed-role/${roleArn.split("/").at(-1)}/${session}`,
      credentials: { accessKeyId: roleArn, secretAccessKey: "secret", sessionToken: session },
    });
  }

  /** The inputs of the commands of one name, in order. */
  inputs(command: string): Record<string, unknown>[] {
    return this.sent.filter((sent) => sent.command === command).map(({ input }) => input);
  }

  private async send(command: object, identity: Identity): Promise<unknown> {
    const name = command.constructor.name;
    const { input } = command as { input: Record<string, unknown> };
    this.sent.push({ command: name, input, as: identity.credentials.accessKeyId });
    const answer = this.answers[name];
    if (answer) return await answer(input as never, identity);
    if (command instanceof PutObjectCommand) {
      this.objects.set(`${command.input.Bucket}/${command.input.Key}`, command.input.Body as Uint8Array);
      return {};
    }
    if (command instanceof GetObjectCommand) {
      const body = this.objects.get(`${command.input.Bucket}/${command.input.Key}`);
      if (!body) throw new NoSuchKey({ message: "no such key", $metadata: {} });
      const transformToByteArray = () => Promise.resolve(body);
      return { Body: { transformToByteArray }, ETag: '"e1"', VersionId: "v1", LastModified: new Date(0) };
    }
    throw new Error(`the fake does not know ${name}`);
  }
}
