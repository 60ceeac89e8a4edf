import { chosenFiles, mocha } from "../mocha";

// What `npm run test:kept` does: a local AWS that is kept, and what `npx greenroom` does with it. Two minutes, for which
// `npm test` has no time.

async function main(): Promise<number> {
  const stats = await mocha(chosenFiles(".kept-test.ts"));
  return stats.failures === 0 && stats.passes > 0 ? 0 : 1;
}

void main().then((code) => process.exit(code));
