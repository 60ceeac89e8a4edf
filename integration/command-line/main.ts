import { outcomeCodes } from "../rehearsal/model";
import { commandName, type Listed, type Subcommand } from "./subcommand";

/** Each is in the file of its name. */
const subcommands: readonly Listed[] = [
  { name: "rehearse", summary: "rehearses releases on a local AWS, under live traffic (npm start)" },
  {
    name: "release",
    summary: "releases the working tree again, to staging of the local AWS that `rehearse --keep` holds up",
  },
  { name: "status", summary: "says what that local AWS holds: services, versions, pipelines, URLs" },
  { name: "trials", summary: "plays many releases, and counts what became of them (npm run trials)" },
];

/** Only what is run is loaded: some need all of Greenroom, others next to nothing. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const load = (name: string) => require(`./${name}`) as Subcommand;

const help = `Usage: npx greenroom COMMAND [OPTIONS]

Commands:
${subcommands.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join("\n")}

${commandName("COMMAND --help")} lists a command's options.
`;

async function main([name = "", ...args]: string[]): Promise<number> {
  if (subcommands.some((one) => one.name === name)) return load(name).run(args);
  if (["--help", "-h", "help"].includes(name)) {
    process.stdout.write(help);
    return outcomeCodes.asExpected;
  }
  process.stderr.write(name === "" ? help : `greenroom: there is no command "${name}"\n\n${help}`);
  return outcomeCodes.couldNotRun;
}

void main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`greenroom: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(outcomeCodes.couldNotRun);
  },
);
