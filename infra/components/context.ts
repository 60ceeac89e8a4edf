import type { Account } from "./account";

export type EnvironmentName = "staging" | "prod";

/** What every component of an environment has to know of it. Tags are the provider's. */
export interface Context {
  account: Account;
  environment: EnvironmentName;
  /** Of log groups, one of the numbers that CloudWatch Logs takes. */
  logRetentionDays: number;
}
