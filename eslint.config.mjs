import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: ["**/node_modules", "**/dist", ".greenroom", "**/*.cjs", "**/*.mjs"],
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
