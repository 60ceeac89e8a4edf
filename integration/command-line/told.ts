import path from "node:path";
import { root } from "../checkout";

/**
 * What an error says to whoever started the command. What a service's own file throws while it is loaded names no file:
 * then file and line are put before it.
 */
export function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, stack = "" } = error;
  const frames = stack.slice(stack.indexOf(message) + message.length);
  const services = path.join(root, "services") + path.sep;
  const start = frames.indexOf(services);
  const place =
    start === -1 ? undefined : /^[^\s():]+\.ts:\d+/.exec(frames.slice(start + services.length))?.[0];
  if (place === undefined) return message;
  const file = `services/${place.replaceAll(path.sep, "/")}`;
  return message.includes(file.replace(/:\d+$/, "")) ? message : `${file}: ${message}`;
}
