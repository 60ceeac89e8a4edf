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

/** Wall time in which a session that has expired may still be taken. The shortest session lasts fifteen minutes. */
const usuallyKeptMs = 60_000;

/**
 * Asks the base for each access key and session token, once a minute at most. A key that is an account's number is that
 * account itself.
 *
 * @param stsUrl the base that issues keys
 */
export class CallersOfBase implements Callers {
  private readonly known = new Map<
    string,
    { who: Promise<Pick<Identity, "account" | "arn">>; until: number }
  >();

  constructor(
    private readonly stsUrl: () => string,
    private readonly keptMs = usuallyKeptMs,
  ) {}

  async of({ accessKeyId, sessionToken, region }: Scope): Promise<Identity> {
    const credentials = { accessKeyId, secretAccessKey: "greenroom", sessionToken };
    if (isAccount(accessKeyId)) {
      return { account: accessKeyId, region, arn: rootArn(accessKeyId), credentials };
    }
    const key = `${accessKeyId} ${sessionToken ?? ""}`;
    const now = performance.now();
    let known = this.known.get(key);
    if (!known || known.until <= now) {
      for (const [old, { until }] of this.known) if (until <= now) this.known.delete(old);
      known = { who: this.ask(region, credentials), until: now + this.keptMs };
      this.known.set(key, known);
      // What a base did not know, it may know next time.
      known.who.catch(() => this.known.delete(key));
    }
    return { ...(await known.who), region, credentials };
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
