import path from "node:path";
import { Command, CommanderError } from "commander";
import { checkPlatform } from "./variables";
import type { DockerDaemon } from "./docker-daemon";
import { formatTemplate } from "./docker-format";
import { hostArchitecture, type Image } from "./image";
import { formatReference, parseReference } from "../images/reference";

export interface DockerCall {
  argv: readonly string[];
  /** Where the command was called; paths in its arguments are relative to it. */
  cwd: string;
  stdin: string;
  out: (text: string) => void;
  err: (text: string) => void;
  signal: AbortSignal;
}

/** Runs one `docker …` command and gives its exit code. What it cannot do, it says in a sentence on stderr. */
export async function dockerCommand(daemon: DockerDaemon, call: DockerCall): Promise<number> {
  const name = call.argv.find((word) => !word.startsWith("-")) ?? "";
  const program = commands(daemon, call);
  if (call.argv.length > 0 && name && !program.commands.some((command) => command.name() === name)) {
    call.err(`docker ${name}: not supported by the process runtime; use --containers docker\n`);
    return 1;
  }
  try {
    await program.parseAsync([...call.argv], { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (call.signal.aborted) return 130;
    call.err(`ERROR: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

interface BuildFlags {
  tag: string[];
  file?: string;
  buildArg: string[];
  label: string[];
  target?: string;
  platform?: string;
  cache: boolean;
  quiet?: boolean;
}

const each = (value: string, all: string[]) => [...all, value];

function commands(daemon: DockerDaemon, { cwd, stdin, out, err, signal }: DockerCall): Command {
  const program = new Command("docker");
  const add = (parent: Command, name: string) => {
    const command = parent.command(name).exitOverride().allowExcessArguments(false);
    return command.configureOutput({
      writeOut: out,
      writeErr: (text) =>
        err(text.replace(/^error: /, `docker ${name}: not supported by the process runtime: `)),
    });
  };
  program
    .version("Docker version process (Greenroom)", "-v, --version")
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: err })
    .helpCommand(false);

  add(program, "build")
    .argument("<context>")
    .option("-t, --tag <name>", "", each, [])
    .option("-f, --file <path>")
    .option("--build-arg <name=value>", "", each, [])
    .option("--label <name=value>", "", each, [])
    .option("--target <stage>")
    .option("--platform <platform>")
    .option("--progress <type>")
    .option("--provenance <value>")
    .option("--pull")
    .option("--no-cache")
    .option("-q, --quiet")
    .action(async (context: string, flags: BuildFlags) => {
      if (flags.platform !== undefined) checkPlatform(flags.platform);
      if (/^(https?|git|ssh):\/\/|^-$/.test(context)) {
        throw new Error(
          `the process runtime builds from a folder, not from ${context}; use --containers docker`,
        );
      }
      const image = await daemon.build(
        {
          context: path.resolve(cwd, context),
          file: flags.file === undefined ? undefined : path.resolve(cwd, flags.file),
          tags: flags.tag,
          buildArgs: new Map(flags.buildArg.map(argument)),
          labels: new Map(flags.label.map((text) => [argument(text)[0], argument(text)[1] ?? ""])),
          target: flags.target,
          noCache: !flags.cache,
        },
        flags.quiet ? () => undefined : err,
        signal,
      );
      if (flags.quiet) out(`${image.id}\n`);
      else err(`writing image ${image.id}\n${flags.tag.map((tag) => `naming to ${tag}\n`).join("")}`);
    });

  add(program, "push")
    .argument("<name>")
    .option("-q, --quiet")
    .action(async (name: string, { quiet }: { quiet?: boolean }) => {
      await daemon.push(name, quiet ? () => undefined : out, signal);
      if (quiet) out(`${name}\n`);
    });

  add(program, "pull")
    .argument("<name>")
    .option("--platform <platform>")
    .option("-q, --quiet")
    .action(async (name: string, { quiet, platform }: { quiet?: boolean; platform?: string }) => {
      if (platform !== undefined) checkPlatform(platform);
      const image = await daemon.pull(parseReference(name), signal);
      if (!quiet) out(`Digest: ${image.digest}\nStatus: Downloaded newer image for ${name}\n`);
      out(`${name}\n`);
    });

  add(program, "tag")
    .argument("<source>")
    .argument("<target>")
    .action((source: string, target: string) => {
      const image = found(daemon, source);
      daemon.names.set(formatReference(parseReference(target)), image);
    });

  add(program, "login")
    .argument("[registry]")
    .option("-u, --username <name>")
    .option("--password-stdin")
    .option("-p, --password <password>")
    .action(
      async (
        registry: string | undefined,
        flags: { username?: string; passwordStdin?: true; password?: string },
      ) => {
        if (flags.password !== undefined) {
          throw new Error("a password on the command line can be read by others; use --password-stdin");
        }
        if (!registry) throw new Error("name the registry, e.g. ACCOUNT.dkr.ecr.REGION.amazonaws.com");
        if (!flags.username || !flags.passwordStdin)
          throw new Error("Must provide --username with --password-stdin");
        const password = stdin.replace(/\r?\n$/, "");
        if (!password) throw new Error("password is empty");
        await daemon.login(registryName(registry), flags.username, password, signal);
        out("Login Succeeded\n");
      },
    );

  add(program, "logout")
    .argument("<registry>")
    .action((registry: string) => {
      const known = daemon.logout(registryName(registry));
      out(known ? `Removing login credentials for ${registry}\n` : `Not logged in to ${registry}\n`);
    });

  add(program, "images")
    .option("-q, --quiet")
    .action(({ quiet }: { quiet?: boolean }) => {
      if (!quiet) out(row(["REPOSITORY", "TAG", "IMAGE ID", "SIZE"]));
      for (const [name, image] of daemon.names) {
        if (!name.includes("@") && !name.startsWith("sha256:")) out(imageRow(name, image, quiet ?? false));
      }
    });

  const inspect = (parent: Command) =>
    add(parent, "inspect")
      .argument("<name...>")
      .option("-f, --format <template>")
      .action((names: string[], { format }: { format?: string }) => {
        const all = names.map((name) => description(daemon, found(daemon, name)));
        if (format === undefined) out(`${JSON.stringify(all, null, 4)}\n`);
        else for (const one of all) out(`${formatTemplate(format, one)}\n`);
      });
  inspect(program);
  inspect(add(program, "image"));

  const version = { Version: "process", Os: "linux", Arch: hostArchitecture() };
  const answers: { [name: string]: object } = {
    version: { Client: version, Server: version },
    info: {
      ServerVersion: "process",
      Driver: "greenroom",
      OSType: "linux",
      Architecture: hostArchitecture(),
    },
  };
  for (const [name, answer] of Object.entries(answers)) {
    add(program, name)
      .option("-f, --format <template>")
      .action(({ format }: { format?: string }) => {
        const text = Object.entries(answer).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
        out(`${format === undefined ? text.join("\n") : formatTemplate(format, answer)}\n`);
      });
  }
  return program;
}

function argument(text: string): [string, string | undefined] {
  const equals = text.indexOf("=");
  // https://docs.docker.com/reference/cli/docker/buildx/build/#build-arg: without a value it comes from the caller's
  // environment, which this runtime does not see.
  if (equals < 0) throw new Error(`"${text}" has no value; the process runtime takes name=value`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

const registryName = (registry: string) => registry.replace(/^https?:\/\//, "").replace(/\/.*$/, "");

function found(daemon: DockerDaemon, name: string): Image {
  const image = daemon.local(name);
  if (!image) throw new Error(`No such image: ${name}`);
  return image;
}

/** What `docker inspect` shows, as far as this runtime knows it. */
function description(daemon: DockerDaemon, image: Image): object {
  const names = [...daemon.names].filter(([name, other]) => other.id === image.id && name !== image.id);
  return {
    Id: image.id,
    RepoTags: names.map(([name]) => name).filter((name) => !name.includes("@")),
    RepoDigests: names.map(([name]) => name).filter((name) => name.includes("@")),
    Created: image.config.created,
    Architecture: image.config.architecture,
    Os: image.config.os,
    Size: size(image),
    Config: image.config.config,
    RootFS: { Type: "layers", Layers: image.config.rootfs.diff_ids },
  };
}

const size = (image: Image) => image.blobs.reduce((sum, blob) => sum + blob.size, 0);
const row = (cells: string[]) => `${cells.join("   ")}\n`;

function imageRow(name: string, image: Image, quiet: boolean): string {
  const id = image.id.slice(7, 19);
  if (quiet) return `${id}\n`;
  const colon = name.lastIndexOf(":");
  return row([name.slice(0, colon), name.slice(colon + 1), id, `${(size(image) / 1e6).toFixed(1)}MB`]);
}
