import type * as sdk from "@aws-sdk/client-ecr";
import type { Handlers } from "../core/service";
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** "The authorization token is valid for 12 hours": https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html */
const lifeMs = 12 * 60 * 60 * 1000;

export interface Tenant {
  account: string;
  region: string;
}

/**
 * The tokens that registries take. A token says whose it is, so that a registry can be reached under an address that does
 * not, and is signed, so that one cannot be made up. It lasts in wall time: people log in, too.
 */
export class RegistryTokens {
  private readonly key = randomBytes(32);

  constructor(private readonly now: () => number = Date.now) {}

  /** The password, of which the user is `AWS`. */
  issue({ account, region }: Tenant): { password: string; expiresAt: Date } {
    const expires = this.now() + lifeMs;
    const payload = Buffer.from(JSON.stringify({ account, region, expires })).toString("base64url");
    return {
      password: `${payload}.${this.sign(payload).toString("base64url")}`,
      expiresAt: new Date(expires),
    };
  }

  /** Whose token an Authorization header carries. */
  read(authorization: string): Tenant | "invalid" | "expired" {
    const [, encoded = ""] = /^Basic ([\w+/=-]+)$/i.exec(authorization) ?? [];
    const [, payload = "", signature = ""] =
      /^AWS:([\w-]+)\.([\w-]+)$/.exec(Buffer.from(encoded, "base64").toString()) ?? [];
    const given = Buffer.from(signature, "base64url");
    const right = this.sign(payload);
    if (given.length !== right.length || !timingSafeEqual(given, right)) return "invalid";
    const { account, region, expires } = JSON.parse(
      Buffer.from(payload, "base64url").toString(),
    ) as Tenant & {
      expires: number;
    };
    return expires < this.now() ? "expired" : { account, region };
  }

  private sign(payload: string): Buffer {
    return createHmac("sha256", this.key).update(payload).digest();
  }
}

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html */
export function authorization(tokens: RegistryTokens) {
  return {
    GetAuthorizationToken: async (_input, { account, region }) => {
      const { password, expiresAt } = tokens.issue({ account, region });
      const authorizationToken = Buffer.from(`AWS:${password}`).toString("base64");
      const proxyEndpoint = `https://${account}.dkr.ecr.${region}.amazonaws.com`;
      return { authorizationData: [{ authorizationToken, expiresAt, proxyEndpoint }] };
    },
  } satisfies Handlers<typeof sdk>;
}
