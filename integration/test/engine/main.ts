import { engineMissing } from "../../provision/engine";
import { chosenFiles, mocha } from "../mocha";

// What `npm run test:engine` does: the tests that need the real Pulumi engine, in one run of mocha. With arguments, only
// those in files whose paths contain one of them.

async function main(): Promise<number> {
  const missing = engineMissing();
  if (missing) {
    process.stdout.write(`The tests of the engine were not run: ${missing}.\n`);
    return 0;
  }
  const files = chosenFiles(".engine-test.ts");
  if (files.length === 0) return 2;
  // Beside each other: most of the lifecycle's first minutes are the provider's fixed waits.
  const stats = await mocha(files, files.length);
  process.stdout.write(`engine: ${stats.passes} passed, ${stats.failures} failed\n`);
  return stats.failures === 0 && stats.passes > 0 ? 0 : 1;
}

void main().then((code) => process.exit(code));
