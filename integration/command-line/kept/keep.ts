import type { Tree } from "../../local-aws/codepipeline/tree";
import type { Held } from "../hold";
import { commandName } from "../subcommand";
import { writeKept } from "./file";
import { Releases } from "./releases";
import { serveCommands } from "./server";
import { standing } from "./standing";
import { saidUrls, urlsOf } from "./urls";

export interface KeepOptions {
  /** The services that were rehearsed. */
  services: readonly string[];
  ratePerSecond: number;
  /** The working tree that the stacks were made from. */
  tree: Tree;
}

/** Leaves the local AWS up until Ctrl-C, says how to reach it, and takes commands from this clone. */
export async function keep({ broughtUp, atEnd }: Held, options: KeepOptions): Promise<void> {
  const { local, environments } = broughtUp;
  for (const environment of Object.values(environments)) {
    const { name, identity, services } = environment;
    for (const service of Object.keys(services))
      process.stdout.write(`\n# ${service} in ${name}: ${saidUrls(urlsOf(local, environment, service))}`);
    process.stdout.write(
      `\n# ${name}\nexport AWS_ENDPOINT_URL=${local.aws.endpoint} AWS_REGION=${identity.region} AWS_DEFAULT_REGION=${identity.region}` +
        ` AWS_ACCESS_KEY_ID=${identity.credentials.accessKeyId} AWS_SECRET_ACCESS_KEY=${identity.credentials.secretAccessKey}\n`,
    );
  }
  const releases = new Releases({ broughtUp, ...options });
  const server = await serveCommands({
    release: (asked, progress, signal) => releases.release(asked, progress, signal),
    status: () => standing(broughtUp),
  });
  atEnd(() => server.close());
  atEnd(writeKept(server));
  process.stderr.write(
    `\ngreenroom: the local AWS stays up; Ctrl-C ends it.\n` +
      `${commandName("release")} releases the working tree again, to staging; ${commandName("status")} says what is up\n`,
  );
  await local.failed;
}
