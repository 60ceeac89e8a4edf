/** What the process takes from its environment. */
export interface Config {
  /** `PORT`, default 8080; 0 lets the system choose. */
  readonly port: number;
  /** `HOST`, default 0.0.0.0: every interface, as a container needs. */
  readonly host: string;
  /** `SERVICE_VERSION`, default dev; sent as `x-service-version` with every response. */
  readonly version: string;
  /** `ENVIRONMENT`, default local; appears in the logs. */
  readonly environment: string;
  /** `LEADERBOARD_URL`: who hears of scores. @default nobody */
  readonly leaderboard?: string;
}

const ENVIRONMENTS = ["local", "staging", "prod"];

/**
 * The configuration in these environment variables.
 * @throws Error that names every wrong variable, its value and what is allowed
 */
export function configFrom(env: NodeJS.ProcessEnv): Config {
  const { PORT = "8080", HOST = "0.0.0.0", SERVICE_VERSION = "dev", ENVIRONMENT = "local" } = env;
  const problems: string[] = [];
  const check = (valid: boolean, name: string, value: string, allowed: string) => {
    if (!valid) problems.push(`${name} is ${JSON.stringify(value)}: it must be ${allowed}`);
  };
  check(/^\d{1,5}$/.test(PORT) && Number(PORT) <= 65535, "PORT", PORT, "a port number from 0 to 65535");
  check(HOST.trim() !== "", "HOST", HOST, "an address to listen on, such as 0.0.0.0");
  check(
    /^[\w.-]{1,64}$/.test(SERVICE_VERSION),
    "SERVICE_VERSION",
    SERVICE_VERSION,
    "1 to 64 letters, digits, dots, dashes or underscores",
  );
  check(ENVIRONMENTS.includes(ENVIRONMENT), "ENVIRONMENT", ENVIRONMENT, `one of ${ENVIRONMENTS.join(", ")}`);
  const { LEADERBOARD_URL } = env;
  if (LEADERBOARD_URL !== undefined)
    check(
      /^https?:\/\//.test(LEADERBOARD_URL) && URL.canParse(LEADERBOARD_URL),
      "LEADERBOARD_URL",
      LEADERBOARD_URL,
      "the address of the leaderboard",
    );
  if (problems.length > 0) throw new Error(problems.join("; "));
  return {
    port: Number(PORT),
    host: HOST,
    version: SERVICE_VERSION,
    environment: ENVIRONMENT,
    ...(LEADERBOARD_URL === undefined ? {} : { leaderboard: LEADERBOARD_URL }),
  };
}
