import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";

/** What can become of a release that an incident is about. */
export const expectations = [
  "safe",
  "not safe",
  "stopped before customers",
  "contained",
  "rolled back",
] as const;
export type Expected = (typeof expectations)[number];

/** A file of a service's `rehearsal/` cannot be used: which file, which key, and what to do. */
export class ServiceFileError extends Error {
  override name = "ServiceFileError";
}

/** A fault of one service that its team keeps as a test: a folder below `services/NAME/rehearsal/incidents/`. */
export interface Incident {
  /** The folder's name. */
  id: string;
  title: string;
  /** What happens, and what should come of it, in a sentence or two. */
  description: string;
  /** The outcome that must come. */
  outcome: Expected;
  /** A change of the working tree, in unified diff: its file and its text. */
  patch?: { file: string; text: string };
  /** A generic fault of production's candidate, e.g. `5xx 5%`. */
  fault?: string;
  /** Whether every rehearsal of the service plays it, or only one that asks for it. @default "always" */
  played: "always" | "on request";
  /** Where the pipeline has to end, and what its reason has to say. */
  ends?: { stage: string; says?: RegExp };
}

const text = z.string().trim().min(1, "must not be empty");
const incidentFile = z.strictObject({
  title: text,
  description: text,
  outcome: z.enum(expectations),
  played: z.enum(["always", "on request"]).default("always"),
  fault: text.optional(),
  ends: z.strictObject({ stage: text, says: text.optional() }).optional(),
});

/** Where a service's incidents are. */
export const incidentsFolder = (directory: string) => `${directory}/rehearsal/incidents`;

/**
 * Reads the incidents of a service, in the order of their names; none where there is no such folder.
 *
 * @param root the repository's folder
 * @param directory the service's folder in it
 * @throws {ServiceFileError}
 */
export function readIncidents(root: string, directory: string): Incident[] {
  const folder = incidentsFolder(directory);
  if (!existsSync(path.join(root, folder))) return [];
  return readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readIncident(root, `${folder}/${name}`, name))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function readIncident(root: string, folder: string, id: string): Incident {
  const file = `${folder}/incident.yaml`;
  const refuse = (problem: string) => new ServiceFileError(`${file}: ${problem}`);
  if (!/^[a-z][a-z0-9-]*$/.test(id))
    throw refuse(
      `the folder's name is the incident's id: lower-case letters, digits and "-", from a letter on`,
    );
  if (!existsSync(path.join(root, file)))
    throw refuse("it is not there; an incident has title, description and outcome in it");
  const document = parseDocument(readFileSync(path.join(root, file), "utf8"));
  const [wrong] = document.errors;
  if (wrong)
    throw refuse(`this is no YAML: ${wrong.message.split("\n")[0]?.replace(/:$/, "")}; correct it there`);
  const parsed = incidentFile.safeParse(document.toJS() ?? {});
  if (!parsed.success) throw refuse(parsed.error.issues.map(problemOf).join("; "));
  const { ends, fault, ...rest } = parsed.data;
  const patchFile = `${folder}/change.patch`;
  const patch = existsSync(path.join(root, patchFile))
    ? { file: patchFile, text: readFileSync(path.join(root, patchFile), "utf8") }
    : undefined;
  if ((patch === undefined) === (fault === undefined))
    throw refuse(
      patch
        ? "it has a fault and a change.patch beside it; an incident is one of the two"
        : `it has neither; give "fault", e.g. "5xx 5%", or put a change.patch beside it, as git diff writes it`,
    );
  return { id, ...rest, fault, patch, ends: ends && { stage: ends.stage, says: pattern(ends.says, refuse) } };
}

function problemOf(issue: z.core.$ZodIssue): string {
  const key = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const known = key === "ends" ? ["stage", "says"] : Object.keys(incidentFile.shape);
    const unknown = issue.keys.map((one) => `"${key ? `${key}.` : ""}${one}"`).join(" and ");
    return `${unknown} is no key of an incident; there are ${known.join(", ")}`;
  }
  if (issue.code === "invalid_value" && key === "outcome")
    return `"outcome" must be one of: ${expectations.join(", ")}`;
  if (issue.code === "invalid_value" && key === "played") return `"played" must be always or on request`;
  return `"${key}": ${issue.message}`;
}

function pattern(source: string | undefined, refuse: (problem: string) => Error): RegExp | undefined {
  if (source === undefined) return undefined;
  try {
    return new RegExp(source);
  } catch (error) {
    throw refuse(`"ends.says" is no regular expression: ${error instanceof Error ? error.message : ""}`);
  }
}
