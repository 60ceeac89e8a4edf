import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../../checkout";

/** What a CI system would do by one of the files in docs/ci, as far as these tests can tell. */
export interface Recipe {
  /** The commands that the rehearsal and the tests are, in order, without what prepares the machine. */
  commands: string[];
  /** The variables of the job that Greenroom reads. */
  environment: Record<string, string>;
  /** The folder that is kept as an artifact, from the root of the checkout. */
  artifact: string;
  junit: string;
  /** The folders of the checkout that are kept from run to run. */
  caches: string[];
}

export const text = (file: string) => readFileSync(path.join(root, "docs", "ci", file), "utf8");

/** The one that there is to be. */
export function only<T>(all: readonly T[], what: string): T {
  const [one, another] = all;
  if (one === undefined || another !== undefined) throw new Error(`${all.length} of ${what}, not one`);
  return one;
}
