import { readFileSync } from "node:fs";
import path from "node:path";
import { BaseError } from "./base";
import type { Health } from "./health";

/** The version that the local AWS is written for: what `integration/requirements.txt` installs. */
export function miniStackVersion(): string {
  const requirements = readFileSync(path.resolve(__dirname, "..", "..", "requirements.txt"), "utf8");
  return /^ministack==(.+)$/m.exec(requirements)?.[1] ?? "unknown";
}

export const miniStackImage = (): string => `ministackorg/ministack:${miniStackVersion()}`;

/** What a MiniStack of ours says of itself. @throws BaseError when it is not what it should be */
export function expectMiniStack({ product, version, services }: Health, where: string) {
  const expected = miniStackVersion();
  if (product !== "MiniStack" || version.replace(/^v/, "") !== expected) {
    throw new BaseError(
      `${where} has ${product} ${version}, but MiniStack ${expected} is needed, which integration/requirements.txt ` +
        "names; remove it, so that the next start installs the right one",
    );
  }
  return { product, name: `MiniStack ${version}`, version, services };
}
