import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RehearsalResult } from "../model";
import { junitReport } from "./junit";
import { reportPage } from "./page";

export { trafficSeries } from "./series";
export { summary } from "./summary";

export interface ReportFiles {
  html: string;
  json: string;
  junit: string;
}

/**
 * Writes `report.html`, `report.json` and `report.junit.xml` to `folder`, which is made if it is not there. Each file
 * is there whole or as it was before. Gives their paths.
 */
export async function writeReport(result: RehearsalResult, folder: string): Promise<ReportFiles> {
  await mkdir(folder, { recursive: true });
  return {
    html: await write(join(folder, "report.html"), reportPage(result)),
    json: await write(join(folder, "report.json"), `${JSON.stringify(result, undefined, 1)}\n`),
    junit: await write(join(folder, "report.junit.xml"), junitReport(result)),
  };
}

async function write(path: string, text: string): Promise<string> {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
  return path;
}
