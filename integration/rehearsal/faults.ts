import type { Edit } from "./commits";

const service = "services/trivia-api";

/** A change that any team makes every day: nothing that a client would notice. */
export const harmless = (note: string): Edit[] => [
  {
    file: `${service}/README.md`,
    find: "# trivia-api",
    replace: `# trivia-api\n\n<!-- ${note} -->`,
  },
];

/**
 * Returning players carry a cookie from before there were scores. This commit forgot them: unit tests, the hook and
 * the integration tests do not know such a cookie, so only production's customers meet the fault.
 */
export const failsReturningPlayers: Edit[] = [
  {
    file: `${service}/src/player.ts`,
    find: `return id.startsWith("guest-") ? 0 : 10;`,
    replace: `throw new Error(\`no score for \${id}\`);`,
  },
];

/** A unit test catches this one: the build fails. */
export const failsUnitTests: Edit[] = [
  {
    file: `${service}/src/player.ts`,
    find: `score: score === undefined ? legacyScore(id) : Number(score)`,
    replace: `score: score === undefined ? legacyScore(id) : Number(score) + 1`,
  },
];

/** Starts and is healthy, but serves no questions in staging's configuration: the hook catches this one. */
export const failsHook: Edit[] = [
  {
    file: `${service}/src/routes.ts`,
    find: `const ALL = { categories: categories() };`,
    replace: `const ALL = { categories: process.env.ENVIRONMENT === "staging" ? [] : categories() };`,
  },
];

/** A phase by a name that CodeBuild does not know. */
export const breaksBuildspec: Edit[] = [
  { file: `${service}/buildspec.yml`, find: "  pre_build:", replace: "  prebuild:" },
];
