import { chosenFiles, mocha } from "../mocha";

// What `npm run test:rehearsals` does: rehearsals of a kept local AWS and of a service by the recipe, five minutes, for which
// `npm test` has no time.

async function main(): Promise<number> {
  const stats = await mocha(chosenFiles(".rehearsal-test.ts"));
  return stats.failures === 0 && stats.passes > 0 ? 0 : 1;
}

void main().then((code) => process.exit(code));
