import path from "node:path";
import { inside } from "./tree";

const system = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** Where the programs are that builds and containers may use: this Node.js first, then the system's. */
export function programFolders(): string[] {
  return [...new Set([path.dirname(process.execPath), ...system])];
}

/** A PATH of an image as one of this machine: the image's own folders, then the programs here. */
export function pathFor(root: string, imagePath: string | undefined, first: readonly string[] = []): string {
  const own = (imagePath ?? "")
    .split(":")
    .filter((folder) => folder.startsWith("/"))
    // Also one that is not there yet: a RUN may make it, and go on with what it put there.
    .map((folder) => inside(root, folder));
  return [...new Set([...own, ...first, ...programFolders()])].join(":");
}

/** An image's `Env` list as a map. */
export function environmentOf(list: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    list.map((item) => {
      const equals = item.indexOf("=");
      return [item.slice(0, equals), item.slice(equals + 1)];
    }),
  );
}
