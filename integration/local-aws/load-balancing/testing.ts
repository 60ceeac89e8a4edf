import type { PlaneMaker } from "./registry";
import { InProcessPlane } from "./traffic/in-process";

/** A plane without a process of its own, for tests of something else: it starts at once, and tells at once. */
export const inThisProcess: PlaneMaker = ({ clock, tell, warn }) =>
  new InProcessPlane(
    () => clock.now().getTime(),
    (event) => tell(event, clock.now().getTime()),
    warn,
  );
