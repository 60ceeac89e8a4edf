import fs from "node:fs/promises";
import path from "node:path";
import { DockerfileError, parseDockerfile, type Instruction, type Stage } from "./dockerfile";
import { applyMetadata, type StageState } from "./stage";
import { addLayer, assembleStage } from "./stage-layers";
import { runInstruction } from "./build-run";
import { planCopy } from "./build-copy";
import { languageOf, unknownBase, type Base } from "./bases/base";
import { epoch, makeImage, type Image } from "./image";
import type { Rooms } from "./rooms";
import { assemble, type LayerStore } from "./layer-store";
import { checkPlatform, expandAt, globalArguments, variable } from "./variables";
import { parseReference, type Reference } from "../images/reference";

export interface BuildOptions {
  context: string;
  dockerfile: string;
  /** The text of the ignore file, when there is one. */
  ignore: string;
  buildArgs: ReadonlyMap<string, string | undefined>;
  target?: string;
  labels: ReadonlyMap<string, string>;
  /** Where stages are put together. */
  folder: string;
  store: LayerStore;
  packageCache: string;
  /** Where commands run. */
  rooms: Rooms;
  /** Folders and files of this machine that every room needs. */
  readable: readonly string[];
  /** What this machine can stand in for. */
  bases: readonly Base[];
  /** An image that the daemon has, or can pull. */
  findImage: (reference: Reference) => Promise<Image>;
  tell: (text: string) => void;
  signal: AbortSignal;
}

/** Builds the last stage of a Dockerfile, or `target`, and the stages that it needs. */
export async function build(options: BuildOptions): Promise<Image> {
  const parsed = parseDockerfile(options.dockerfile);
  const builder = new Builder(options, parsed.stages, globalArguments(parsed.globals, options.buildArgs));
  const target = options.target?.toLowerCase();
  const last = parsed.stages.findLast(
    (stage) => !target || stage.name === target || String(stage.index) === target,
  );
  if (!last) throw new Error(`target stage "${options.target}" could not be found`);
  const state = await builder.stage(last);
  if (options.labels.size > 0) {
    state.config.Labels = { ...state.config.Labels, ...Object.fromEntries(options.labels) };
  }
  return makeImage(builder.finish(state), state.layers, state.history, options.store);
}

class Builder {
  private readonly done = new Map<number, Promise<StageState>>();

  constructor(
    private readonly options: BuildOptions,
    private readonly stages: readonly Stage[],
    private readonly globals: ReadonlyMap<string, string | undefined>,
  ) {}

  /** Builds a stage once, however many others copy from it. */
  stage(stage: Stage): Promise<StageState> {
    let state = this.done.get(stage.index);
    if (!state) this.done.set(stage.index, (state = this.buildStage(stage)));
    return state;
  }

  finish({ config }: StageState) {
    const sorted = (values: { [name: string]: string } = {}) =>
      Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
    return { ...config, Labels: sorted(config.Labels) };
  }

  private async buildStage(stage: Stage): Promise<StageState> {
    const total = stage.instructions.length + 1;
    const label = (step: number) => `[${stage.name ?? `stage-${stage.index}`} ${step}/${total}]`;
    // What it copies from comes first, so that the output reads in order.
    for (const { flags } of stage.instructions) await this.earlier(stage, flags.get("from"));
    this.options.tell(`${label(1)} FROM ${stage.from.text}\n`);
    const state = await this.from(stage);
    for (const [i, instruction] of stage.instructions.entries()) {
      this.options.signal.throwIfAborted();
      this.options.tell(`${label(i + 2)} ${written(instruction)}\n`);
      await this.step(state, instruction);
    }
    return state;
  }

  private async from({ index, from }: Stage): Promise<StageState> {
    const { line, flags, text } = from;
    const lookup = (name: string) => this.globals.get(name);
    const platform = flags.get("platform");
    if (platform !== undefined) checkPlatform(expandAt(line, platform, lookup), line);
    const name = expandAt(line, text.split(/\s+/)[0] ?? "", lookup);
    if (!name) throw new DockerfileError(line, `"${text}" names no image; does its ARG have a value?`);
    const root = path.join(this.options.folder, `stage-${index}`);
    const base = { index, root, assembled: false, args: new Map<string, string>(), shell: ["/bin/sh", "-c"] };

    const earlier = await this.earlier({ index }, name);
    if (earlier) {
      const { config, layers, key, history } = earlier;
      return { ...base, config: structuredClone(config), layers: [...layers], key, history: [...history] };
    }
    const reference = referenceAt(line, name);
    const standIn = this.base(reference);
    if (standIn) {
      const { config, note, key } = await at(line, `FROM ${name}`, standIn.standIn(reference));
      this.options.tell(`note: ${note}\n`);
      return { ...base, config, layers: [], key, history: [] };
    }
    if (name === "scratch" || reference.registry === "docker.io" || reference.registry === "public.ecr.aws") {
      const local = await this.options.findImage(reference).catch(() => undefined);
      if (!local) throw new DockerfileError(line, unknownBase(name));
      return fromImage(base, local);
    }
    return fromImage(base, await at(line, `FROM ${name}`, this.options.findImage(reference)));
  }

  private async step(state: StageState, instruction: Instruction): Promise<void> {
    const { keyword } = instruction;
    const before = state.layers.length;
    if (keyword === "RUN") await this.run(state, instruction);
    else if (keyword === "COPY" || keyword === "ADD") await this.copy(state, instruction);
    else if (keyword === "ARG") this.argument(state, instruction);
    else applyMetadata(state, instruction);
    if (keyword === "WORKDIR") {
      const folder = state.config.WorkingDir.slice(1);
      await addLayer(state, this.options, `workdir ${folder}`, async (content) => {
        await fs.mkdir(path.join(content, folder), { recursive: true });
        return [];
      });
    }
    const empty = state.layers.length === before ? { empty_layer: true } : {};
    state.history.push({ created: epoch, created_by: written(instruction), ...empty });
  }

  private argument(state: StageState, { pairs, line }: Instruction): void {
    for (const [name, value] of pairs) {
      const fallback =
        value === undefined ? this.globals.get(name) : expandAt(line, value, (v) => variable(state, v));
      const given = this.options.buildArgs.get(name) ?? fallback;
      if (given !== undefined) state.args.set(name, given);
    }
  }

  private async run(state: StageState, instruction: Instruction): Promise<void> {
    const { config, args, shell } = state;
    const inputs = [instruction.text, shell, config.Env, [...args], config.WorkingDir];
    await addLayer(state, this.options, `run ${JSON.stringify(inputs)}`, (content) => {
      const { bases } = this.options;
      const base = languageOf(bases, config);
      return runInstruction(state, instruction, content, { ...this.options, base });
    });
  }

  private async copy(state: StageState, instruction: Instruction): Promise<void> {
    const { context, ignore, tell } = this.options;
    if (instruction.flags.has("chown")) {
      tell("note: --chown is ignored: everything in the process runtime belongs to the one who runs it\n");
    }
    const from = instruction.flags.get("from");
    const origin =
      from === undefined ? { folder: context, ignore } : await this.origin(state, instruction, from);
    const plan = await planCopy(state, instruction, origin, () => assembleStage(state));
    await addLayer(state, this.options, plan.key, plan.fill);
  }

  /** Where `COPY --from` copies from: a stage, by its name or number, or an image. */
  private async origin({ index }: StageState, { line }: Instruction, from: string) {
    const earlier = await this.earlier({ index }, from);
    if (earlier) {
      await assembleStage(earlier);
      return { folder: earlier.root, ignore: "" };
    }
    const reference = referenceAt(line, from);
    if (this.base(reference)) {
      throw new DockerfileError(
        line,
        `COPY --from=${from}: the process runtime has no content of base images; use --containers docker`,
      );
    }
    const image = await at(line, `COPY --from=${from}`, this.options.findImage(reference));
    const folder = path.join(this.options.folder, `image-${image.id.slice(7, 19)}`);
    await fs.rm(folder, { recursive: true, force: true });
    await assemble(image.layers, folder);
    return { folder, ignore: "" };
  }

  private base(reference: Reference): Base | undefined {
    return this.options.bases.find((one) => one.matches(reference));
  }

  private async earlier(
    stage: Pick<Stage, "index">,
    name: string | undefined,
  ): Promise<StageState | undefined> {
    if (name === undefined) return undefined;
    const found = this.stages.findLast(
      (other) =>
        other.index < stage.index && (other.name === name.toLowerCase() || String(other.index) === name),
    );
    return found && this.stage(found);
  }
}

function fromImage(
  base: Omit<StageState, "config" | "layers" | "key" | "history">,
  image: Image,
): StageState {
  const { config, history } = structuredClone(image.config);
  return { ...base, config, layers: [...image.layers], key: image.id, history };
}

/** Says of what goes wrong where in the Dockerfile it was asked for. */
async function at<T>(line: number, what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new DockerfileError(line, `${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function written({ keyword, flags, text }: Instruction): string {
  return [keyword, ...[...flags].map(([name, value]) => `--${name}=${value}`), text].join(" ");
}

function referenceAt(line: number, name: string): Reference {
  try {
    return parseReference(name);
  } catch (error) {
    throw new DockerfileError(line, error instanceof Error ? error.message : String(error));
  }
}
