import type { OperationSchema, Request } from "./protocol";

interface Route {
  operation: OperationSchema;
  method: string;
  path: RegExp;
  labels: readonly string[];
  /** What the query has to say: `?max-keys=1`. */
  query: URLSearchParams;
}

const routesOf = new WeakMap<readonly OperationSchema[], Route[]>();

/** Finds the operation of a request by the methods and paths in the schemas, and what stands in the path's labels. */
export function match(
  { method, path }: Request,
  operations: readonly OperationSchema[],
): { operation: OperationSchema; labels: Record<string, string> } | undefined {
  let routes = routesOf.get(operations);
  if (!routes) {
    routes = operations.flatMap(routeOf).sort(mostExactFirst);
    routesOf.set(operations, routes);
  }
  const { pathname, searchParams } = new URL(path, "http://x");
  const route = routes.find(
    (one) =>
      one.method === method &&
      one.path.test(pathname) &&
      [...one.query].every(([name, value]) => searchParams.get(name) === value),
  );
  if (!route) return undefined;
  const values = route.path.exec(pathname)?.slice(1) ?? [];
  const labels = route.labels.map((label, i) => [label, decodeURIComponent(values[i] ?? "")]);
  return { operation: route.operation, labels: Object.fromEntries(labels) as Record<string, string> };
}

function routeOf(operation: OperationSchema): Route[] {
  const { http } = (operation[3] || {}) as { http?: readonly [string, string, number] };
  if (!http) return [];
  const [method, uri] = http;
  const [template = "", query = ""] = uri.split("?");
  const labels = [...template.matchAll(/\{(\w+)\+?\}/g)].map(([, label = ""]) => label);
  const pattern = template
    .split(/(\{\w+\+?\})/)
    .map((part) => (part.endsWith("+}") ? "(.+)" : part.startsWith("{") ? "([^/]+)" : escaped(part)))
    .join("");
  return [
    { operation, method, path: new RegExp(`^${pattern}/?$`), labels, query: new URLSearchParams(query) },
  ];
}

const mostExactFirst = (a: Route, b: Route) =>
  b.query.size - a.query.size || a.labels.length - b.labels.length;

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
