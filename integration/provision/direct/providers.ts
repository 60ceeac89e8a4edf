import { foreignSettings } from "../foreign-settings";
import { Session } from "./session";

/** Settings of the AWS provider that mean nothing to a local AWS. */
const meaningless = new Set([
  ...foreignSettings,
  "maxRetries",
  "s3UsePathStyle",
  "skipCredentialsValidation",
  "skipMetadataApiCheck",
  "skipRegionValidation",
  "skipRequestingAccountId",
  "version",
]);

interface ProviderSettings {
  region: string;
  account: string;
  defaultTags: Record<string, string>;
}

/**
 * Reads the settings of an AWS provider: those of the stack (`aws:region`, …) or a program's own provider. All but
 * texts are JSON in both.
 *
 * @param account of the credentials; must be among `allowedAccountIds`, as the provider checks
 * @see https://www.pulumi.com/registry/packages/aws/installation-configuration/
 */
export function providerSettings(
  settings: Record<string, unknown>,
  account: string | undefined,
  where: string,
): ProviderSettings {
  const { region, allowedAccountIds, defaultTags, ...others } = settings;
  const unknown = Object.keys(others).filter((key) => others[key] !== undefined && !meaningless.has(key));
  if (unknown.length > 0) {
    throw new Error(
      `${where}: direct provisioning does not act on ${unknown.map((key) => `aws:${key}`).join(", ")}`,
    );
  }
  if (typeof region !== "string") throw new Error(`${where}: aws:region is not set`);
  const allowed = parsed<string[] | string>(allowedAccountIds);
  const accounts = allowed === undefined ? [] : [allowed].flat().map(String);
  const own = account ?? accounts[0];
  if (own === undefined) {
    throw new Error(
      `${where}: which account? Set aws:allowedAccountIds, or give provisionDirect the account`,
    );
  }
  if (!/^\d{12}$/.test(own)) throw new Error(`${where}: "${own}" is not an account id: 12 digits`);
  if (accounts.length > 0 && !accounts.includes(own)) {
    throw new Error(`${where}: the account is ${own}, aws:allowedAccountIds has ${accounts.join(", ")}`);
  }
  return {
    region,
    account: own,
    defaultTags: parsed<{ tags?: Record<string, string> }>(defaultTags)?.tags ?? {},
  };
}

const parsed = <T>(value: unknown): T | undefined =>
  value === undefined ? undefined : ((typeof value === "string" ? JSON.parse(value) : value) as T);

/** The AWS providers of a stack: the default one, of the stack's configuration, and those that the program makes. */
export class Providers {
  private readonly own = new Map<string, Session>();
  private byDefault?: Session;

  constructor(
    private readonly endpoint: string,
    private readonly account: string | undefined,
    private readonly config: Record<string, string>,
  ) {}

  /** @returns the provider's id */
  add(name: string, settings: Record<string, unknown>): string {
    const id = crypto.randomUUID();
    this.own.set(id, this.session(settings, `provider ${name}`));
    return id;
  }

  /** @param reference `URN::ID` of the provider, absent or empty for the default one */
  of(reference: string | undefined): Session {
    const id = reference?.split("::").at(-1);
    const own = id ? this.own.get(id) : undefined;
    if (own) return own;
    const settings = Object.entries(this.config).filter(([key]) => key.startsWith("aws:"));
    this.byDefault ??= this.session(
      Object.fromEntries(settings.map(([key, value]) => [key.slice("aws:".length), value])),
      "the stack's configuration",
    );
    return this.byDefault;
  }

  close(): void {
    this.byDefault?.close();
    for (const session of this.own.values()) session.close();
  }

  private session(settings: Record<string, unknown>, where: string): Session {
    const { region, account, defaultTags } = providerSettings(settings, this.account, where);
    return new Session(this.endpoint, account, region, defaultTags);
  }
}
