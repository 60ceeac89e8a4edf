import { chosenFiles, mocha } from "../mocha";
import { dockerTestsMissing } from "./missing";

// What `npm run test:docker` does: the tests that need Docker, which `npm test` runs as well where a daemon answers. With
// arguments, only those in files whose paths contain one of them.

async function main(): Promise<number> {
  const missing = await dockerTestsMissing();
  if (missing) {
    process.stdout.write(`The tests with Docker were not run: ${missing}.\n`);
    return 0;
  }
  const files = chosenFiles(".docker-test.ts");
  if (files.length === 0) return 2;
  const stats = await mocha(files);
  process.stdout.write(`docker: ${stats.passes} passed, ${stats.failures} failed\n`);
  return stats.failures === 0 && stats.passes > 0 ? 0 : 1;
}

void main().then((code) => process.exit(code));
