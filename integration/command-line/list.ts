import type { Listed, Subcommand } from "./subcommand";

/** Each is in the file of its name. */
export const subcommands: readonly Listed[] = [
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
export const load = (name: string) => require(`./${name}`) as Subcommand;
