/** Who would call what, and on whose behalf. */
export interface ServiceRequest {
  /** E.g. `events.amazonaws.com`. */
  service: string;
  action: string;
  /** The rule. */
  sourceArn: string;
  sourceAccount: string;
}

interface Statement {
  Effect?: string;
  Principal?: unknown;
  Action?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

const list = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(String);
const like = (pattern: string, value: string) =>
  new RegExp(
    `^${pattern
      .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
      .replace(/\*/g, ".*")
      .replace(/\?/g, ".")}$`,
    "is",
  ).test(value);

/**
 * Whether a policy of a queue, a topic or a function lets a service in. The account's own right does not count for a
 * service: without a statement that names it, a delivery fails.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
 */
export function letsIn(policy: string | undefined, request: ServiceRequest): boolean {
  if (!policy) return false;
  const { Statement: statements = [] } = JSON.parse(policy) as { Statement?: Statement | Statement[] };
  const about = [statements].flat().filter((one) => isAbout(one, request));
  if (about.some(({ Effect }) => Effect === "Deny")) return false;
  return about.some(({ Effect }) => Effect === "Allow");
}

function isAbout({ Principal, Action, Condition = {} }: Statement, request: ServiceRequest): boolean {
  const named = Principal as { Service?: unknown; AWS?: unknown } | string | undefined;
  const principals =
    typeof named === "string" ? [named] : [...list(named?.Service ?? []), ...list(named?.AWS ?? [])];
  if (!principals.includes("*") && !principals.includes(request.service)) return false;
  const [service = "", verb = ""] = request.action.split(":");
  // SNS and SQS write their action's service in upper case, too.
  if (!list(Action ?? []).some((action) => like(action, `${service}:${verb}`))) return false;
  const values: Record<string, string> = {
    "aws:sourcearn": request.sourceArn,
    "aws:sourceaccount": request.sourceAccount,
  };
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      const value = values[key.toLowerCase()];
      // What a service's call does not carry (an owner, an organization) fulfils no condition.
      if (value === undefined) return false;
      const test = /like|^arnequals$/i.test(operator) ? like : (a: string, b: string) => a === b;
      if (/^(String|Arn)Not/i.test(operator)) return !list(wanted).some((one) => test(one, value));
      return (
        /^(String|Arn)(Equals|Like)(IfExists)?$/i.test(operator) &&
        list(wanted).some((one) => test(one, value))
      );
    }),
  );
}
