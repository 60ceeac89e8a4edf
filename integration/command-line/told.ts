import path from "node:path";
import { root } from "../checkout";

/**
 * What an error says to whoever started the command. What a service's own file throws while it is loaded names no file:
 * then file and line are put before it.
 */
export function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { requireStack: [by] = [] } = error as { requireStack?: string[] };
  if (by !== undefined) {
    const what = error.message.split("\n", 1)[0] ?? "";
    return `${inCheckout(by)}: ${what}: correct what it imports, or add that file`;
  }
  const { message, stack = "" } = error;
  const frames = stack.slice(stack.indexOf(message) + message.length);
  const services = path.join(root, "services") + path.sep;
  const start = frames.indexOf(services);
  const place =
    start === -1 ? undefined : /^[^\s():]+\.ts:\d+/.exec(frames.slice(start + services.length))?.[0];
  const said = message.replaceAll(root + path.sep, "");
  if (place === undefined) return said;
  const file = `services/${place.replaceAll(path.sep, "/")}`;
  return said.includes(file.replace(/:\d+$/, "")) ? said : `${file}: ${said}`;
}

const inCheckout = (file: string): string => path.relative(root, file).replaceAll(path.sep, "/");
