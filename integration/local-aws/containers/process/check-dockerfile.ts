import { parseReference } from "../images/reference";
import { unknownBase, hasStandIn } from "./bases/base";
import { checkRun } from "./build-run";
import { DockerfileError, parseDockerfile, type Stage } from "./dockerfile";
import { expandAt, globalArguments } from "./variables";

/**
 * Refuses what no build of this runtime could do, before there is one: base images that nothing stands in for, and commands
 * that must not run on this machine. Stages that the last one does not need are left out, as in a build.
 *
 * @throws {DockerfileError} with the line
 */
export function checkDockerfile(content: string): void {
  const { globals, stages } = parseDockerfile(content);
  const known = globalArguments(globals, new Map());
  const seen = new Set<Stage>();
  const earlier = (stage: Stage, name: string) =>
    stages.findLast(
      ({ index, name: own }) => index < stage.index && (own === name.toLowerCase() || String(index) === name),
    );
  const visit = (stage: Stage): void => {
    if (seen.has(stage)) return;
    seen.add(stage);
    const { line, text } = stage.from;
    const name = expandAt(line, text.split(/\s+/)[0] ?? "", (variable) => known.get(variable));
    const before = earlier(stage, name);
    if (before) visit(before);
    else checkBase(line, name);
    for (const instruction of stage.instructions) {
      if (instruction.keyword === "RUN") checkRun(instruction);
      const from = instruction.flags.get("from");
      const copied = from === undefined ? undefined : earlier(stage, from);
      if (copied) visit(copied);
    }
  };
  const last = stages.at(-1);
  if (last) visit(last);
}

/** An image of a registry of one's own may be there; one that a build's argument names is not known yet. */
function checkBase(line: number, name: string): void {
  if (!name) return;
  if (name === "scratch") throw new DockerfileError(line, unknownBase(name));
  const reference = parseReference(name);
  if (["docker.io", "public.ecr.aws"].includes(reference.registry) && !hasStandIn(reference))
    throw new DockerfileError(line, unknownBase(name));
}
