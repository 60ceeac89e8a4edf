import { engineMissing } from "../../provision/engine";
import { mocha, testFiles } from "../mocha";

// What `npm run test:engine` does: the tests that need the real Pulumi engine, in one run of mocha.

async function main(): Promise<number> {
  const missing = engineMissing();
  if (missing) {
    process.stdout.write(`The tests of the engine were not run: ${missing}. Install Pulumi to run them.\n`);
    return 0;
  }
  const stats = await mocha(testFiles("integration", ".engine-test.ts"));
  process.stdout.write(`engine: ${stats.passes} passed, ${stats.failures} failed\n`);
  return stats.failures === 0 && stats.passes > 0 ? 0 : 1;
}

void main().then((code) => process.exit(code));
