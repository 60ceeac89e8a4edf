import fs from "node:fs/promises";
import path from "node:path";
import { packageEnvironment } from "../packages";
import { networkEnvironment, networkFile } from "../../network";

/** Where a build's container has what it needs of this machine, to read. */
export const machineFolder = "/greenroom";
export const networkInside = `${machineFolder}/network.cjs`;

/** Variables that name a file with certificates. */
const certificates = /^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|(CURL|REQUESTS)_CA_BUNDLE|npm_config_cafile)$/i;
/** The image's own matters: its languages, its folder of certificates, and where npm keeps what it has downloaded. */
const ofTheImage = /^(LANG|LC_ALL|SSL_CERT_DIR|npm_config_cache)$/i;

/**
 * What a build finds in its environment: the way to the local AWS, and how this machine reaches package registries.
 *
 * @param folder becomes `machineFolder` in the container; files that the variables name are copied into it
 */
export async function buildEnvironment(relay: string, folder: string): Promise<Record<string, string>> {
  await fs.mkdir(folder, { recursive: true });
  await fs.copyFile(networkFile, path.join(folder, path.basename(networkInside)));
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(packageEnvironment("").environment)) {
    if (ofTheImage.test(name)) continue;
    if (!certificates.test(name)) environment[name] = value;
    else if (await copied(value, path.join(folder, `${name}.pem`)))
      environment[name] = `${machineFolder}/${name}.pem`;
  }
  return { ...environment, ...networkEnvironment(relay, networkInside) };
}

/** What is set and not there harms nobody on this machine, so it must not harm a build. */
async function copied(from: string, to: string): Promise<boolean> {
  return fs.copyFile(from, to).then(
    () => fs.chmod(to, 0o644).then(() => true),
    () => false,
  );
}
