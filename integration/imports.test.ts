import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

const root = path.resolve(__dirname, "..");
const files = new Set(
  ["infra", "integration", "services"].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.includes("node_modules"))
      .map((file) => path.join(folder, file)),
  ),
);

/** What a file imports of the repository's own, types too. */
function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(path.join(root, file), "utf8"));
  return importedFiles.flatMap(({ fileName }) => {
    const base = path.join(path.dirname(file), fileName);
    const found = [base, `${base}.ts`, path.join(base, "index.ts")].find((one) => files.has(one));
    return fileName.startsWith(".") && found ? [found] : [];
  });
}

/** The circles in a graph, each by its members from the first that is met on. */
function circles(nodes: Iterable<string>, edges: (node: string) => string[]): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  function visit(node: string, trail: string[]): void {
    if (trail.includes(node)) found.push([...trail.slice(trail.indexOf(node)), node].join(" → "));
    if (done.has(node)) return;
    done.add(node);
    for (const next of edges(node)) visit(next, [...trail, node]);
  }
  for (const node of nodes) visit(node, []);
  return found;
}

describe("imports", () => {
  it("go round in no circle, types among them", () => {
    const graph = new Map([...files].map((file) => [file, importsOf(file)]));
    const edges = [...graph.values()].flat().length;
    assert.ok(edges > files.size, `only ${edges} imports of ${files.size} files were found`);
    assert.deepEqual(
      circles(files, (file) => graph.get(file) ?? []),
      [],
    );
  });

  it("are seen to go round, through types and through index files", () => {
    const graph: Record<string, string[]> = { a: ["b"], b: ["c", "d"], c: ["a"], d: [] };
    assert.deepEqual(
      circles(Object.keys(graph), (node) => graph[node] ?? []),
      ["a → b → c → a"],
    );
    assert.ok(importsOf("integration/local-aws/ecs/tasks.ts").includes("integration/local-aws/ecs/model.ts"));
    assert.ok(importsOf("integration/local-aws/local-aws.ts").includes("integration/local-aws/ecs/index.ts"));
  });
});
