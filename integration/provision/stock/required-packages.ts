import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";

export interface RequiredPackage {
  name: string;
  version: string;
}

interface PackageFile {
  name?: string;
  version?: string;
  pulumi?: { resource?: boolean; name?: string; version?: string };
}

/**
 * The packages with a plugin in every `node_modules` in a program's folder, at any depth, as Pulumi's language host
 * finds them before it runs the program. A `node_modules` above the folder is not seen: its plugins are installed when
 * the program first needs them.
 */
export function requiredPackages(folder: string): RequiredPackage[] {
  const found: RequiredPackage[] = [];
  const seen = new Set<string>();
  const visit = (at: string, inPackages: boolean) => {
    // A policy pack has packages of its own, which are not the program's.
    if (existsSync(path.join(at, "PulumiPolicy.yaml"))) return;
    const real = realpathSync(at);
    if (seen.has(real)) return;
    seen.add(real);
    for (const name of readdirSync(real)) {
      const file = path.join(real, name);
      if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
        visit(file, inPackages || path.basename(real) === "node_modules");
      else if (inPackages && name === "package.json") {
        const required = pluginOf(readFileSync(file, "utf8"));
        if (required) found.push(required);
      }
    }
  };
  visit(folder, false);
  return found;
}

function pluginOf(packageFile: string): RequiredPackage | undefined {
  let parsed: PackageFile;
  try {
    parsed = JSON.parse(packageFile) as PackageFile;
  } catch {
    return undefined;
  }
  const { name, version, pulumi } = parsed;
  if (!pulumi?.resource) return undefined;
  const plugin = pulumi.name ?? /^@pulumi\/(.+)$/.exec(name ?? "")?.[1];
  const pluginVersion = (pulumi.version ?? version)?.replace(/^v/, "");
  return plugin && pluginVersion ? { name: plugin, version: pluginVersion } : undefined;
}
