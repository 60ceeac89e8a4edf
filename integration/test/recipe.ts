import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { copyCheckout, root } from "../checkout";

/** The service that docs/add-a-service.md makes. */
export const recipeService = "hello";

/** The files that docs/add-a-service.md shows, by their path in the repository. */
export async function recipeFiles(): Promise<Record<string, string>> {
  const text = await readFile(path.join(root, "docs/add-a-service.md"), "utf8");
  const blocks = text.matchAll(/^```\w+ file=(\S+)\n([^]*?)^```$/gm);
  return Object.fromEntries([...blocks].map(([, file, content]) => [file, content])) as Record<
    string,
    string
  >;
}

/** Makes a checkout in which somebody has followed docs/add-a-service.md, and did nothing else. */
export async function followRecipe(folder: string): Promise<void> {
  await copyCheckout(folder);
  for (const [file, text] of Object.entries(await recipeFiles())) {
    const target = path.join(folder, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
  }
  const list = path.join(folder, "infra/services.ts");
  const line = `import ${recipeService} from "../services/${recipeService}/service";\n`;
  const services = await readFile(list, "utf8");
  await writeFile(list, line + services.replace("= [", `= [${recipeService}, `));
}
