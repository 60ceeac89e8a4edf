/** An SDK client, as far as the resource types need it. */
export interface Client<Input extends object = object, Output extends object = object> {
  send(command: { input: Input }): Promise<Output>;
  destroy(): void;
}

export interface ClientConfig {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  maxAttempts: number;
  forcePathStyle: boolean;
  requestHandler: { requestTimeout: number; connectionTimeout: number };
}

export type ClientClass<C> = new (config: ClientConfig) => C;

/** An AWS call that failed, with the operation that the SDK's error lacks. */
export class AwsCallError extends Error {
  override name = "AwsCallError";
  constructor(
    readonly operation: string,
    override readonly cause: Error,
  ) {
    super(`${operation}: ${cause.name}: ${cause.message}`);
  }
}

/** Whether `error` is the AWS error `code`. */
export const isAwsError = (error: unknown, code: string): boolean =>
  error instanceof AwsCallError && error.cause.name === code;

/** One account in one region of the local AWS, seen as a provider sees it. */
export class Session {
  readonly partition = "aws";
  private readonly clients = new Map<unknown, { destroy(): void }>();

  constructor(
    readonly endpoint: string,
    readonly account: string,
    readonly region: string,
    /** The provider's default tags. */
    readonly defaultTags: Record<string, string> = {},
  ) {}

  /** The client of a service, made once. Its errors say which operation failed. */
  client<C extends { send: unknown; destroy(): void }>(Class: ClientClass<C>): C {
    let client = this.clients.get(Class) as C | undefined;
    if (!client) {
      client = new Class({
        endpoint: this.endpoint,
        region: this.region,
        // A 12-digit access key names the account to the local AWS.
        credentials: { accessKeyId: this.account, secretAccessKey: "greenroom" },
        maxAttempts: 3,
        forcePathStyle: true,
        // The local AWS answers in milliseconds: one that does not is down.
        requestHandler: { requestTimeout: 30_000, connectionTimeout: 5_000 },
      });
      explainErrors(client as unknown as Client);
      this.clients.set(Class, client);
    }
    return client;
  }

  arn(service: string, resource: string, region = this.region, account = this.account): string {
    return `arn:${this.partition}:${service}:${region}:${account}:${resource}`;
  }

  close(): void {
    for (const client of this.clients.values()) client.destroy();
    this.clients.clear();
  }
}

function explainErrors(client: Client): void {
  const send = client.send.bind(client);
  client.send = async (command) => {
    try {
      return await send(command);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new AwsCallError(command.constructor.name.replace(/Command$/, ""), error);
    }
  };
}
