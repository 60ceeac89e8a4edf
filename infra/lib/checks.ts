import { z } from "zod";

/** What a check says when it fails. */
export const allow = (what: string) => ({ error: `allowed is ${what}` });

/** A whole number in a range; `what` names it: "a port" becomes "allowed is a port from 1 to 65535". */
export function whole(least: number, most: number, what: string) {
  const range = allow(`${what} from ${String(least)} to ${String(most)}`);
  return z.int(range).min(least, range).max(most, range);
}

/** A text of a form. */
export const matching = (pattern: RegExp, what: string) => z.string(allow(what)).regex(pattern, allow(what));

/** An object that takes these keys only. */
export const group = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, allow(`{${Object.keys(shape).join(", ")}}`));

/** The name of an environment variable. */
export const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, allow("names of environment variables"));
