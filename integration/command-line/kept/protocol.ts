import type { Progress } from "../../rehearsal/progress";
import type { ReleaseAgain } from "./releases";
import type { Standing } from "./standing";

/** What a kept local AWS can be asked for, and what it answers. */
export interface Commands {
  release: { asks: { service?: string }; gives: ReleaseAgain };
  status: { asks: Record<string, never>; gives: Standing };
}
export type CommandName = keyof Commands;

/** How each is done. `signal` is aborted when whoever asked has gone. */
export type Handlers = {
  [Name in CommandName]: (
    asked: Commands[Name]["asks"],
    progress: Progress,
    signal: AbortSignal,
  ) => Promise<Commands[Name]["gives"]>;
};

/** A line of an answer, as JSON: what happens meanwhile, and at last the result or why there is none. */
export type Line =
  | { type: "step" | "done" | "fail" | "status"; text: string }
  | { type: "result"; result: unknown }
  | { type: "error"; message: string };

/** Says that it is a kept local AWS that answers, and not somebody who has its port now. */
export const keptHeader = "x-greenroom-kept";
