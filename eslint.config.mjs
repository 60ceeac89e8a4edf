import tseslint from "typescript-eslint";

/** Of `integration/local-aws/`; every other folder there is an acting service. */
const shared = ["base", "containers", "core", "testing"];

/**
 * An acting service imports `core/` only, its tests also what `testing/` has for them.
 * Those that need a real Docker may use all.
 */
const actingServices = [1, 2, 3, 4].flatMap((depth) => {
  const only = (allowed) => {
    const message = `An acting service reaches another through core/ or by its API: it imports only ${allowed.join(", ")}.`;
    const regex = `^(?:\\.\\./){${depth}}(?!${allowed.map((one) => `${one}(?:/|$)`).join("|")})`;
    return { "no-restricted-imports": ["error", { patterns: [{ regex, message }] }] };
  };
  const folder = `integration/local-aws/*${"/*".repeat(depth - 1)}/`;
  const ignores = [...shared.map((one) => `integration/local-aws/${one}/**`), "**/*.docker-test.ts"];
  const forTests = ["*.test.ts", "testing*.ts", "fake*.ts", "bench.ts"].map((one) => folder + one);
  return [
    { files: [`${folder}*.ts`], ignores, rules: only(["core"]) },
    { files: forTests, ignores, rules: only(["core", "testing"]) },
  ];
});

export default tseslint.config(
  {
    // How a service's folder looks is its team's business.
    ignores: ["**/node_modules", "**/dist", ".greenroom", "services", "**/*.cjs", "**/*.mjs"],
  },
  ...tseslint.configs.strict,
  {
    rules: {
      // Unused parts of a destructured object are how a member is left out.
      "@typescript-eslint/no-unused-vars": [
        "error",
        { ignoreRestSiblings: true, argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
    },
  },
  ...actingServices,
);
