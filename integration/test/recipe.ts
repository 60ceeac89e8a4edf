import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { copyCheckout, root } from "../checkout";

/** A document whose blocks are the files of a service. */
export interface Example {
  document: string;
  service: string;
}

/** The service that docs/add-a-service.md makes. */
export const recipeService = "hello";
const recipe: Example = { document: "docs/add-a-service.md", service: recipeService };

/** Services by the recipe, by their languages. */
export const examples = {
  Python: recipe,
  TypeScript: { document: "integration/test/examples/notes.md", service: "notes" },
  Go: { document: "integration/test/examples/words.md", service: "words" },
} as const satisfies Record<string, Example>;

/** The files that a document shows, by their path in the repository. */
export async function recipeFiles({ document } = recipe): Promise<Record<string, string>> {
  const text = await readFile(path.join(root, document), "utf8");
  const blocks = text.matchAll(/^```\w+ file=(\S+)\n([^]*?)^```$/gm);
  return Object.fromEntries([...blocks].map(([, file, content]) => [file, content])) as Record<
    string,
    string
  >;
}

/** Makes a checkout in which somebody has followed docs/add-a-service.md, and did nothing else. */
export async function followRecipe(folder: string, example: Example = recipe): Promise<void> {
  await copyCheckout(folder);
  for (const [file, text] of Object.entries(await recipeFiles(example))) {
    const target = path.join(folder, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
  }
  const list = path.join(folder, "infra/services.ts");
  const { service } = example;
  const line = `import ${service} from "../services/${service}/service";\n`;
  const services = await readFile(list, "utf8");
  await writeFile(list, line + services.replace("= [", `= [${service}, `));
}
