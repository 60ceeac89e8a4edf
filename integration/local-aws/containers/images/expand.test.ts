import assert from "node:assert/strict";
import { expand } from "./expand";

describe("words of a Dockerfile", () => {
  const lookup = (name: string) => ({ a: "1", empty: "" })[name];
  const cases: [word: string, expanded: string][] = [
    ["$a-${a}", "1-1"],
    ["$unknown.", "."],
    ["${empty:-d}${empty-d}${unknown-d}", "dd"],
    ["${a:+x}${empty:+x}", "x"],
    ["${unknown:-${a}}", "1"],
    [`"two $a"`, "two 1"],
    [`'not $a'`, "not $a"],
    ["\\$a", "$a"],
    [`"keep \\n, not \\""`, 'keep \\n, not "'],
    ["cost: 5$", "cost: 5$"],
  ];
  for (const [word, expanded] of cases) {
    it(`expands ${word}`, () => assert.equal(expand(word, lookup), expanded));
  }
  it("refuses what it does not know", () => {
    assert.throws(() => expand("${a#x}", lookup), /\$\{a#x\} is not supported/);
    assert.throws(() => expand("${a", lookup), /no closing brace/);
    assert.throws(() => expand('"a', lookup), /a quote is not closed/);
  });
});
