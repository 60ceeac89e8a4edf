/** A statement of a policy document, with lists where IAM allows one or more. */
export interface Statement {
  effect: string;
  actions: string[];
  resources: string[];
  /** Of every kind: accounts, services, or `*`. */
  principals: string[];
  conditions: { operator: string; key: string; values: string[] }[];
  /** `NotAction`, `NotResource` and `NotPrincipal`, if there are any. */
  negations: string[];
}

type OneOrMore = string | string[] | undefined;
interface Document {
  Statement?: WrittenStatement | WrittenStatement[];
}
interface WrittenStatement extends Record<string, unknown> {
  Effect?: string;
  Action?: OneOrMore;
  Resource?: OneOrMore;
  Principal?: OneOrMore | Record<string, OneOrMore>;
  Condition?: Record<string, Record<string, unknown>>;
}

/**
 * The statements of a policy document, given as text or as an object; `undefined` if it is none.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function statementsOf(document: unknown): Statement[] | undefined {
  const parsed = parse(typeof document === "string" ? document : JSON.stringify(document));
  return parsed && list(parsed.Statement).map(readStatement);
}

function parse(text: string): Document | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function readStatement(written: WrittenStatement): Statement {
  const principal = written.Principal;
  return {
    effect: written.Effect ?? "",
    actions: list(written.Action),
    resources: list(written.Resource),
    principals:
      typeof principal === "object" && !Array.isArray(principal)
        ? Object.values(principal).flatMap(list<string>)
        : list(principal),
    conditions: Object.entries(written.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => ({ operator, key, values: list(values).map(String) })),
    ),
    negations: ["NotAction", "NotResource", "NotPrincipal"].filter((name) => name in written),
  };
}

function list<T>(value: T | T[] | undefined): T[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
