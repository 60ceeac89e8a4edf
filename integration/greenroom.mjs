#!/usr/bin/env node
// `npx greenroom COMMAND`, in a clone: installs what is missing, then runs it.
process.argv.splice(2, 0, "integration/command-line/main.ts");
await import("./setup.mjs");
