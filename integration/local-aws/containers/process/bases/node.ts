import { hostArchitecture } from "../image";
import { isOfficial, standInConfig, type Base } from "./base";

/** Node.js base images (https://github.com/nodejs/docker-node): the Node.js that runs this stands in. */
export const nodeBase: Base = {
  language: "node",
  matches: (reference) => isOfficial("node", reference),
  standIn: (reference) => {
    const made = standInConfig(reference, {
      language: "node",
      name: "Node.js",
      version: process.version,
      env: [`NODE_VERSION=${process.versions.node}`],
      entryPoint: ["docker-entrypoint.sh"],
      command: ["node"],
    });
    // Native modules are built for one Node.js and one system.
    const key = `node ${process.version} ${hostArchitecture()}`;
    return Promise.resolve({ ...made, key, version: process.versions.node });
  },
  environment: () => ({}),
  programs: () => [],
  readable: () => [],
};
