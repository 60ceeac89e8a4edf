import { GetCallerIdentityCommand, STSClient, STSServiceException } from "@aws-sdk/client-sts";
import { isAccount, type Scope } from "./scope";

/** Who makes a call, as the credentials say. */
export interface Identity {
  account: string;
  region: string;
  /** Of the user, the role's session or the account itself. */
  arn: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

/** Says whose credentials a request is signed with. */
export interface Callers {
  /** @throws UnknownCallerError */
  of(scope: Scope): Promise<Identity>;
}

/** Nobody has these credentials, or nobody has them any more. */
export class UnknownCallerError extends Error {
  override name = "UnknownCallerError";

  constructor(readonly code: "UnrecognizedClientException" | "ExpiredTokenException") {
    super(
      `The security token included in the request is ${code === "ExpiredTokenException" ? "expired" : "invalid"}.`,
    );
  }
}

export const rootArn = (account: string) => `arn:aws:iam::${account}:root`;

/**
 * Asks the base once for each access key and session token. A key that is an account's number is that account itself.
 *
 * @param stsUrl the base that issues keys
 */
export class CallersOfBase implements Callers {
  private readonly known = new Map<string, Promise<Pick<Identity, "account" | "arn">>>();

  constructor(private readonly stsUrl: () => string) {}

  async of({ accessKeyId, sessionToken, region }: Scope): Promise<Identity> {
    const credentials = { accessKeyId, secretAccessKey: "greenroom", sessionToken };
    if (isAccount(accessKeyId)) {
      return { account: accessKeyId, region, arn: rootArn(accessKeyId), credentials };
    }
    const key = `${accessKeyId} ${sessionToken ?? ""}`;
    let who = this.known.get(key);
    if (!who) {
      who = this.ask(region, credentials);
      this.known.set(key, who);
      // What a base did not know, it may know next time.
      who.catch(() => this.known.delete(key));
    }
    return { ...(await who), region, credentials };
  }

  private async ask(region: string, credentials: Identity["credentials"]) {
    const sts = new STSClient({ endpoint: this.stsUrl(), region, credentials });
    try {
      const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
      // Emulators answer as the root of their default account to whom they do not know.
      if (!Account || !Arn || Arn.endsWith(":root"))
        throw new UnknownCallerError("UnrecognizedClientException");
      return { account: Account, arn: Arn };
    } catch (error) {
      if (!(error instanceof STSServiceException) || error.$metadata.httpStatusCode !== 403) throw error;
      const expired = /^ExpiredToken/.test(error.name);
      throw new UnknownCallerError(expired ? "ExpiredTokenException" : "UnrecognizedClientException");
    } finally {
      sts.destroy();
    }
  }
}
