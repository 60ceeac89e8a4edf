import http, { STATUS_CODES } from "node:http";
import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { RequestFacts } from "./rules";

export type Handler = (
  request: http.IncomingMessage,
  response: http.ServerResponse,
  facts: RequestFacts,
) => void;

/** The action that answers: the last one. Those before it authenticate. */
export const routingAction = (actions: readonly Action[]): Action | undefined =>
  [...actions].sort((a, b) => (a.Order ?? 1) - (b.Order ?? 1)).at(-1);

/** The target groups of a forward action, by weight; a single one needs no weight. */
export function forwardTargets(action: Action | undefined): { value: string; weight: number }[] {
  if (action?.Type !== "forward") return [];
  const groups = action.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: action.TargetGroupArn }];
  return groups.map(({ TargetGroupArn = "", Weight = 1 }) => ({
    value: TargetGroupArn,
    weight: groups.length === 1 ? 1 : Weight,
  }));
}

export function fixedResponse({ FixedResponseConfig: config }: Action): Handler {
  return (_request, response) =>
    respond(
      response,
      Number(config?.StatusCode ?? 200),
      ["content-type", config?.ContentType ?? "text/plain"],
      config?.MessageBody ?? "",
    );
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#redirect-actions */
export function redirect(
  { RedirectConfig: config }: Action,
  listener: { protocol: string; port: number },
): Handler {
  return (_request, response, facts) => {
    const known: Record<string, string> = {
      protocol: listener.protocol,
      host: facts.host,
      port: String(listener.port),
      path: facts.path.slice(1),
      query: facts.query,
    };
    const fill = (text: string) => text.replace(/#\{(\w+)\}/g, (all, name: string) => known[name] ?? all);
    const protocol = fill(config?.Protocol ?? "#{protocol}").toLowerCase();
    const port = fill(config?.Port ?? "#{port}");
    const query = fill(config?.Query ?? "#{query}");
    const location = `${protocol}://${fill(config?.Host ?? "#{host}")}:${port}${fill(config?.Path ?? "/#{path}")}`;
    const status = config?.StatusCode === "HTTP_302" ? 302 : 301;
    respond(response, status, ["location", query ? `${location}?${query}` : location], "");
  };
}

/** An error page of the load balancer's own. */
export function respondError(response: http.ServerResponse, status: number, headers: string[]): void {
  const title = `${status} ${STATUS_CODES[status]}`;
  respond(
    response,
    status,
    ["content-type", "text/html", ...headers],
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
  );
}

function respond(response: http.ServerResponse, status: number, headers: string[], body: string): void {
  const length = String(Buffer.byteLength(body));
  response.writeHead(status, ["server", "awselb/2.0", ...headers, "content-length", length]);
  response.end(body);
}
