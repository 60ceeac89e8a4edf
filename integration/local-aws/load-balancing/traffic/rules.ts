import { BlockList, isIPv4 } from "node:net";
import type { RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";

/** What of a request the rules of a listener look at. */
export interface RequestFacts {
  method: string;
  /** As in the Host header, without the port. */
  host: string;
  path: string;
  /** Without the question mark. */
  query: string;
  header(name: string): string | undefined;
  sourceIp: string;
}

export type Condition = (request: RequestFacts) => boolean;

/**
 * A condition of a listener rule as a function; undefined when the field is none that a load balancer has.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
 */
export function conditionOf(condition: RuleCondition): Condition | undefined {
  const values = condition.Values ?? [];
  switch (condition.Field) {
    case "host-header": {
      const hosts = patterns(condition.HostHeaderConfig?.Values ?? values, "i");
      return (request) => hosts(request.host);
    }
    case "path-pattern": {
      // Paths are case-sensitive and compared without the query.
      const paths = patterns(condition.PathPatternConfig?.Values ?? values, "");
      return (request) => paths(request.path);
    }
    case "http-header": {
      const name = condition.HttpHeaderConfig?.HttpHeaderName?.toLowerCase() ?? "";
      const wanted = patterns(condition.HttpHeaderConfig?.Values ?? [], "i");
      return (request) => {
        const value = request.header(name);
        return value !== undefined && wanted(value);
      };
    }
    case "http-request-method": {
      // Exact and case-sensitive: no wildcards.
      const methods = condition.HttpRequestMethodConfig?.Values ?? values;
      return (request) => methods.includes(request.method);
    }
    case "query-string": {
      const wanted = (condition.QueryStringConfig?.Values ?? []).map(({ Key, Value }) => ({
        key: Key === undefined ? undefined : patterns([Key], "i"),
        value: patterns([Value ?? ""], "i"),
      }));
      return (request) => {
        const given = [...new URLSearchParams(request.query)];
        return wanted.some(({ key, value }) => given.some(([k, v]) => (!key || key(k)) && value(v)));
      };
    }
    case "source-ip": {
      const list = new BlockList();
      for (const cidr of condition.SourceIpConfig?.Values ?? values) {
        const [address = "", bits = "32"] = cidr.split("/");
        list.addSubnet(address, Number(bits), isIPv4(address) ? "ipv4" : "ipv6");
      }
      return (request) => list.check(request.sourceIp, isIPv4(request.sourceIp) ? "ipv4" : "ipv6");
    }
    default:
      return undefined;
  }
}

/** `*` stands for any characters, `?` for exactly one; a backslash takes their meaning away. */
function patterns(values: readonly string[], flags: string): (text: string) => boolean {
  const expressions = values.map((value) => {
    const source = value.replace(/\\[*?\\]|[.*+?^${}()|[\]\\]/g, (part) => {
      if (part === "*") return ".*";
      if (part === "?") return ".";
      return part.length === 2 ? part : `\\${part}`;
    });
    return new RegExp(`^${source}$`, `${flags}s`);
  });
  return (text) => expressions.some((expression) => expression.test(text));
}
