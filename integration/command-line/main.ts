import { outcomeCodes } from "../rehearsal/model";
import { load, subcommands } from "./list";
import { commandName } from "./subcommand";
import { told } from "./told";

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
    process.stderr.write(`greenroom: ${told(error)}\n`);
    process.exit(outcomeCodes.couldNotRun);
  },
);
