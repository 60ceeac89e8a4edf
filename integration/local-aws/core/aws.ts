import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { Clock, Span } from "./clock";
import { Events } from "./events";
import { Faults } from "./faults";
import { rootArn, type Identity } from "./identity";
import { TaskDirectory } from "./tasks";
import { Versions } from "./versions";

export type { Identity } from "./identity";

interface ClientConfig {
  endpoint: string;
  region: string;
  credentials: Identity["credentials"];
}

/**
 * What an acting service gets to work with. It reaches other services only through AWS SDK clients that talk
 * to the gateway, as its counterpart on AWS does, so that every service can be replaced by another's.
 */
export class Aws {
  private readonly clients = new Map<string, unknown>();
  /** How long deployments took, here and as on AWS, by id. Other work takes on AWS what it takes here. */
  readonly spans = new Map<string, Span>();
  /** Where services put what happens, for EventBridge. */
  readonly events: Events;
  /** Which image answers where. */
  readonly tasks = new TaskDirectory();
  readonly faults = new Faults();
  readonly versions = new Versions();

  constructor(
    /** The gateway: `http://127.0.0.1:PORT`. */
    readonly endpoint: string,
    readonly clock: Clock,
    /** Where a problem goes that no API caller gets to see. */
    readonly warn: (message: string) => void,
  ) {
    this.events = new Events(clock);
  }

  /** An SDK client that acts as `identity`. Clients are kept and shared. */
  client<C>(Client: new (config: ClientConfig) => C, identity: Identity): C {
    const { region, credentials } = identity;
    const key = `${Client.name} ${region} ${credentials.accessKeyId}`;
    let client = this.clients.get(key) as C | undefined;
    if (!client) {
      client = new Client({ endpoint: this.endpoint, region, credentials });
      this.clients.set(key, client);
    }
    return client;
  }

  /** The account itself: for what AWS does with its own hands. A 12-digit access key names the account to the base. */
  root(account: string, region: string): Identity {
    const credentials = { accessKeyId: account, secretAccessKey: "greenroom" };
    return { account, region, arn: rootArn(account), credentials };
  }

  /** Takes on a role, as the service principal named in its trust policy would. */
  async assumeRole(roleArn: string, region: string, sessionName: string): Promise<Identity> {
    const [, account, role] = /^arn:[^:]+:iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(roleArn) ?? [];
    if (!account) throw new Error(`"${roleArn}" is not the ARN of a role`);
    const session = sessionName.slice(0, 64);
    const answer = await this.client(STSClient, this.root(account, region)).send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: session }),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken } = answer.Credentials ?? {};
    if (!AccessKeyId || !SecretAccessKey) throw new Error(`the base gave no credentials for ${roleArn}`);
    return {
      account,
      region,
      arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
      credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
    };
  }

  close(): void {
    for (const client of this.clients.values()) (client as { destroy?: () => void }).destroy?.();
    this.clients.clear();
  }
}
