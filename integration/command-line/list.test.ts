import assert from "node:assert/strict";
import { load, subcommands } from "./list";

describe("the list of subcommands", function () {
  this.timeout(60_000);

  for (const { name } of subcommands)
    it(`has a file for ${name}`, () => assert.equal(typeof load(name).run, "function"));
});
