import { createRequire } from "node:module";
import vm from "node:vm";
import { build } from "esbuild";
import { parse } from "yaml";
import { z } from "zod";
import { root } from "../../checkout";
import { only, type Recipe } from "./recipe";

type WorkflowParser = typeof import("@actions/workflow-parser", { with: { "resolution-mode": "import" } });

let parser: Promise<WorkflowParser> | undefined;

/** GitHub's own parser of workflows. It imports JSON in a way that only bundlers take. */
async function bundleParser(): Promise<WorkflowParser> {
  const { outputFiles } = await build({
    stdin: { contents: `export * from "@actions/workflow-parser"`, resolveDir: root },
    bundle: true,
    platform: "node",
    format: "cjs",
    write: false,
  });
  const module = { exports: {} };
  const code = only(outputFiles, "bundles").text;
  vm.compileFunction(code, ["module", "require"])(module, createRequire(__filename));
  return module.exports as WorkflowParser;
}

/** What GitHub would refuse of a workflow. */
export async function workflowErrors(content: string): Promise<string[]> {
  const { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } = await (parser ??=
    bundleParser());
  const parsed = parseWorkflow({ name: "rehearsal.yml", content }, new NoOperationTraceWriter());
  if (parsed.value) await convertWorkflowTemplate(parsed.context, parsed.value);
  return parsed.context.errors.getErrors().map(({ message }) => message);
}

const step = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  if: z.string().optional(),
  with: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});
export const workflow = z.object({
  permissions: z.record(z.string(), z.string()),
  concurrency: z.object({ group: z.string(), "cancel-in-progress": z.string() }),
  jobs: z.record(
    z.string(),
    z.object({
      "timeout-minutes": z.number(),
      env: z.record(z.string(), z.string()),
      steps: z.array(step),
    }),
  ),
});

/** The action of a step, without its version. */
const action = (uses = "") => uses.split("@")[0];

export function readWorkflow(content: string): Recipe {
  const { jobs } = workflow.parse(parse(content));
  const { env, steps } = only(Object.values(jobs), "jobs");
  const inputs = (name: string) =>
    steps.filter(({ uses }) => action(uses) === name).map((one) => one.with ?? {});
  const upload = only(inputs("actions/upload-artifact"), "uploads");
  // A path with a part that begins with a dot is left out otherwise:
  // https://github.com/actions/upload-artifact#uploading-hidden-files
  if (upload["include-hidden-files"] !== true) throw new Error("the upload leaves hidden files out");
  return {
    commands: steps.flatMap(({ run }) => run ?? []),
    environment: env,
    artifact: String(upload.path),
    junit: String(only(inputs("mikepenz/action-junit-report"), "reports").report_paths),
    caches: inputs("actions/cache").map((cache) => String(cache.path)),
  };
}
