import tseslint from "typescript-eslint";

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
);
