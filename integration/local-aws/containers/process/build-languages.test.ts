import assert from "node:assert/strict";
import path from "node:path";
import { buildLanguages } from "./build-languages";
import { Nodes } from "./nodes";
import type { CleanPython, Pythons } from "./pythons";

describe("the languages of a build's room", () => {
  const nodes = new Nodes("/nodes", undefined, "20.1.0", (_, wanted) =>
    wanted === "22" ? Promise.resolve("22.3.4") : Promise.reject(new Error("not there")),
  );
  const python = {
    minor: () => "3.11",
    folders: () => ["/python"],
    forBuild: (folder: string) => Promise.resolve(path.join(folder, "bin")),
  } as unknown as CleanPython;
  const none = { find: () => Promise.reject(new Error("no Python")) } as unknown as Pythons;
  async function made(
    versions: Record<string, string>,
    asked: string[] = [],
    pythons = { find: () => Promise.resolve(python) } as unknown as Pythons,
  ) {
    const gaps: string[] = [];
    const languages = await buildLanguages(versions, asked, {
      nodes,
      pythons,
      folder: "/build",
      note: (gap) => gaps.push(gap),
    });
    return { ...languages, gaps };
  }

  it("are in the versions that it has on AWS, before this machine's own", async () =>
    assert.deepEqual(await made({ nodejs: "22", python: "3.11" }), {
      programs: ["/build/python/bin", "/nodes/22.3.4/bin"],
      readable: ["/nodes/22.3.4", "/python"],
      notes: ["Node.js 22.3.4", "Python 3.11"],
      gaps: [],
    }));

  it("are this machine's where those cannot be had, which is said", async () => {
    const { programs, gaps } = await made({ nodejs: "18", python: "3.13" });
    assert.deepEqual(programs, ["/build/python/bin"]);
    assert.deepEqual(gaps, [
      "Node.js: AWS would use 18; here it was 20: not proven.",
      "Python: AWS would use 3.13; here it was 3.11: not proven.",
    ]);
  });

  it("are without Python where there is none", async () =>
    assert.deepEqual((await made({ nodejs: "20" }, [], none)).programs, []));

  it("are refused where the build asks for one that nothing stands in for, and left out where its image only has it", async () => {
    await assert.rejects(
      made({ golang: "1.22", nodejs: "22" }, ["golang"]),
      /runtime-versions: golang: builds have nodejs and python here; use --containers docker/,
    );
    assert.deepEqual((await made({ golang: "1.20", nodejs: "22" })).gaps, []);
  });
});
