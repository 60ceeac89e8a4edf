import { ServiceError } from "./errors";

/** What is obeyed of a structure. Whatever is not here is refused where it says something. */
export interface Obeyed {
  [member: string]: true | Obeyed | Check;
}
/** A sentence when it is not obeyed with this value. */
export interface Check {
  (value: unknown): string | undefined;
  /** Values that are obeyed. */
  known: readonly unknown[];
}

export const only = (...known: unknown[]): Check =>
  Object.assign(
    (value: unknown) =>
      known.includes(value)
        ? undefined
        : `${JSON.stringify(value)} (${known.map(String).join(" or ")} is here)`,
    { known },
  );

/** What a request asks for that would be stored and not obeyed: the first such member, in a sentence. */
export function unobeyed(operation: string, input: object, members: Obeyed): string | undefined {
  const found = find("", input, members);
  return found && `not implemented: ${operation} with ${found}`;
}

function find(path: string, value: object, members: Obeyed): string | undefined {
  for (const [name, given] of Object.entries(value) as [string, unknown][]) {
    if (saysNothing(given)) continue;
    const at = path ? `${path}.${name}` : name;
    const member = members[name];
    if (member === undefined) return at;
    if (member === true) continue;
    if (isCheck(member)) {
      const why = member(given);
      if (why) return `${at} ${why}`;
      continue;
    }
    for (const one of [given].flat()) {
      const found = find(at, one as object, member);
      if (found) return found;
    }
  }
  return undefined;
}

export const isCheck = (member: true | Obeyed | Check): member is Check => typeof member === "function";

/** Tools send members that they were told nothing about. */
const saysNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === "" ||
  (typeof value === "object" && !(value instanceof Date) && Object.values(value).every(saysNothing));

/**
 * Handlers that refuse what they do not obey, before they look at anything else.
 *
 * @param members what is obeyed of each operation that is served
 */
export function obeying<Served extends object>(
  service: string,
  members: { [Operation in keyof Served]: Obeyed },
  handlers: Served,
): Served {
  const checked = Object.entries(handlers).map(([operation, handler]) => [
    operation,
    async (input: object, caller: unknown): Promise<unknown> => {
      const why = unobeyed(`${service}.${operation}`, input, members[operation as keyof Served]);
      if (why) throw new ServiceError("NotImplemented", why, 501);
      return (handler as (input: object, caller: unknown) => unknown)(input, caller);
    },
  ]);
  return Object.fromEntries(checked) as Served;
}
