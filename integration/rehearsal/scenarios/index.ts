import { approvalRejected } from "./approval-rejected";
import { badRelease } from "./bad-release";
import { buildFails, buildspecBroken, hookFails, hookSilent } from "./early-ends";
import { goodRelease } from "./good-release";
import type { Scenario } from "./scenario";

export const scenarios: readonly Scenario[] = [
  goodRelease,
  badRelease,
  buildFails,
  buildspecBroken,
  hookFails,
  hookSilent,
  approvalRejected,
];

/** What `npm start` rehearses. */
export const usual: readonly string[] = [goodRelease.id, badRelease.id];
