import { DockerfileParser, type Instruction as AstInstruction } from "dockerfile-ast";

/** Something in a Dockerfile that this runtime cannot do, or that nobody can. */
export class DockerfileError extends Error {
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(`Dockerfile line ${line}: ${message}`);
    this.name = "DockerfileError";
  }
}

export interface Instruction {
  /** 1-based line in the Dockerfile. */
  line: number;
  keyword: string;
  flags: ReadonlyMap<string, string>;
  /** The arguments in one line, without comments and continuations; variables are not expanded yet. */
  text: string;
  /** The arguments in exec form (a JSON array of strings). */
  json?: readonly string[];
  /** ENV, LABEL and ARG: names and values, still quoted; an ARG without default has no value. */
  pairs: readonly (readonly [name: string, value: string | undefined])[];
}

export interface Stage {
  index: number;
  name?: string;
  from: Instruction;
  instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** ARGs before the first FROM, which only FROM instructions see. */
  globals: readonly Instruction[];
  stages: readonly Stage[];
}

const useDocker = "use --containers docker";

const allowedFlags: Record<string, readonly string[]> = {
  FROM: ["platform"],
  COPY: ["from", "chown", "link"],
  ADD: ["chown", "link"],
  RUN: ["mount", "network"],
  HEALTHCHECK: ["interval", "timeout", "start-period", "start-interval", "retries"],
};
const plain = [
  "ARG",
  "ENV",
  "WORKDIR",
  "USER",
  "EXPOSE",
  "LABEL",
  "CMD",
  "ENTRYPOINT",
  "STOPSIGNAL",
  "SHELL",
];
const known = new Set([...Object.keys(allowedFlags), ...plain]);
const refused: Record<string, string> = {
  VOLUME: "the process runtime has no volumes",
  ONBUILD: "the process runtime does not run triggers of later builds",
  MAINTAINER: "MAINTAINER is deprecated; use LABEL",
};

/**
 * Reads a Dockerfile (https://docs.docker.com/reference/dockerfile/).
 *
 * @throws DockerfileError for the first instruction or flag that the process runtime cannot do, with its line
 */
export function parseDockerfile(content: string): Dockerfile {
  const all = DockerfileParser.parse(content).getInstructions().map(read);
  const first = all.findIndex(({ keyword }) => keyword === "FROM");
  if (first < 0) throw new DockerfileError(1, "no FROM instruction");
  const globals = all.slice(0, first);
  const stray = globals.find(({ keyword }) => keyword !== "ARG");
  if (stray)
    throw new DockerfileError(stray.line, `${stray.keyword} before the first FROM; only ARG may be there`);

  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const instruction of all.slice(first)) {
    if (instruction.keyword === "FROM") {
      const [, as, name] = instruction.text.split(/\s+/);
      if (as && (as.toUpperCase() !== "AS" || !name)) {
        throw new DockerfileError(
          instruction.line,
          `FROM is "FROM image AS name"; it has "${instruction.text}"`,
        );
      }
      stages.push({ index: stages.length, name: name?.toLowerCase(), from: instruction, instructions: [] });
    } else stages.at(-1)?.instructions.push(instruction);
  }
  return { globals, stages };
}

function read(ast: AstInstruction): Instruction {
  const line = ast.getRange().start.line + 1;
  const keyword = ast.getKeyword().toUpperCase();
  const why = refused[keyword];
  if (why) throw new DockerfileError(line, `${keyword} is not supported: ${why}; ${useDocker}`);
  if (!known.has(keyword)) throw new DockerfileError(line, `unknown instruction ${keyword}`);

  const flags = new Map<string, string>();
  for (const flag of "getFlags" in ast ? (ast as Modifiable).getFlags() : []) {
    const name = flag.getName();
    if (!allowedFlags[keyword]?.includes(name)) {
      throw new DockerfileError(
        line,
        `${keyword} --${name} is not supported by the process runtime; ${useDocker}`,
      );
    }
    flags.set(name, flag.getValue() ?? "");
  }
  checkMount(line, flags);

  const text = oneLine(ast.getRawArgumentsContent() ?? "");
  if (/<<-?\s*["']?[A-Za-z_]/.test(text) && ["RUN", "COPY", "ADD"].includes(keyword)) {
    throw new DockerfileError(
      line,
      `here-documents are not supported by the process runtime; join commands with &&, or ${useDocker}`,
    );
  }
  if (!text) throw new DockerfileError(line, `${keyword} has no arguments`);
  return { line, keyword, flags, text, json: execForm(keyword, text), pairs: pairs(ast, keyword, line) };
}

/** A cache mount of the package manager changes nothing in the image; other mounts do or carry secrets. */
function checkMount(line: number, flags: ReadonlyMap<string, string>): void {
  const mount = flags.get("mount");
  if (mount !== undefined && !mount.split(",").includes("type=cache")) {
    throw new DockerfileError(
      line,
      `RUN --mount=${mount} is not supported by the process runtime, only type=cache; ${useDocker}`,
    );
  }
  const network = flags.get("network");
  if (network !== undefined && network !== "default") {
    throw new DockerfileError(
      line,
      `RUN --network=${network} is not supported by the process runtime; ${useDocker}`,
    );
  }
}

interface Modifiable {
  getFlags(): { getName(): string; getValue(): string | null }[];
}
interface WithProperties {
  getProperties(): { getName(): string; getUnescapedValue(): string | null }[];
}

/** Comments inside of a continued instruction are dropped, and so are empty lines, as Docker does. */
function oneLine(raw: string): string {
  const lines = raw.split(/\r?\n/);
  const kept = lines.filter((line, i) => i === 0 || !/^\s*(#|$)/.test(line));
  return kept
    .map((line, i) => (i < kept.length - 1 ? line.replace(/\\[ \t]*$/, "") : line))
    .join("")
    .trim();
}

// dockerfile-ast's own reading of JSON strings loses their spaces.
function execForm(keyword: string, text: string): string[] | undefined {
  if (!text.startsWith("[") || !["RUN", "CMD", "ENTRYPOINT", "COPY", "ADD", "SHELL"].includes(keyword))
    return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined;
  } catch {
    // Docker takes what is not JSON as shell form too.
    return undefined;
  }
}

function pairs(ast: AstInstruction, keyword: string, line: number): [string, string | undefined][] {
  if (!["ARG", "ENV", "LABEL"].includes(keyword)) return [];
  const raw = ast.getRawArgumentsContent() ?? "";
  if (keyword === "ARG" && !/["'\\]/.test(raw)) {
    return raw.split(/\s+/).map((word) => {
      const equals = word.indexOf("=");
      return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
    });
  }
  return (ast as unknown as WithProperties).getProperties().map((property) => {
    const name = property.getName();
    if (!name) throw new DockerfileError(line, `${keyword} needs name=value; it has "${raw}"`);
    return [name.replace(/^["']|["']$/g, ""), property.getUnescapedValue() ?? undefined];
  });
}
