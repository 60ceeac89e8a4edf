import path from "node:path";
import { hostArchitecture } from "../image";
import type { Nodes } from "../nodes";
import { isOfficial, standInConfig, wantedVersion, type Base } from "./base";

/** Node.js base images (https://github.com/nodejs/docker-node): Node.js itself stands in, in the version that the tag names. */
export function nodeBase(nodes: Nodes): Base {
  return {
    name: "node",
    matches: (reference) => isOfficial("node", reference),
    async standIn(reference) {
      const version = await nodes.find(wantedVersion(reference));
      const made = standInConfig(reference, {
        language: "node",
        name: "Node.js",
        version,
        env: [`NODE_VERSION=${version}`],
        entryPoint: ["docker-entrypoint.sh"],
        command: ["node"],
      });
      // Native modules are built for one Node.js and one system.
      return { ...made, key: `node ${version} ${hostArchitecture()}`, version };
    },
    language(version) {
      const programs = nodes.programs(version);
      return { environment: () => ({}), programs, readable: programs.map(path.dirname) };
    },
  };
}
