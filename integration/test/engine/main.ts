import path from "node:path";
import { engineMissing } from "../../provision/engine";
import { mocha, testFiles } from "../mocha";

// What `npm run test:engine` does: the tests that need the real Pulumi engine, in one run of mocha. With arguments, only
// those in files whose names contain one of them.

async function main(): Promise<number> {
  const missing = engineMissing();
  if (missing) {
    process.stdout.write(`The tests of the engine were not run: ${missing}. Install Pulumi to run them.\n`);
    return 0;
  }
  const wanted = process.argv.slice(2);
  const files = testFiles("integration", ".engine-test.ts").filter(
    (file) => wanted.length === 0 || wanted.some((part) => path.basename(file).includes(part)),
  );
  if (files.length === 0) {
    process.stderr.write(`There is no file of engine tests whose name contains ${wanted.join(" or ")}.\n`);
    return 2;
  }
  // Beside each other: most of the lifecycle's first minutes are the provider's fixed waits.
  const stats = await mocha(files, files.length);
  process.stdout.write(`engine: ${stats.passes} passed, ${stats.failures} failed\n`);
  return stats.failures === 0 && stats.passes > 0 ? 0 : 1;
}

void main().then((code) => process.exit(code));
