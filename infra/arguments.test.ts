import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** What somebody who uses the program writes: definitions of services, and arguments of components and targets. */
const isPublic = /(Args|Definition|Objectives|OwnResources|Statement|TargetBuild|Promoted|Templates)$/;

/** Whether a value can be written down, as opposed to a part of the program that is handed on: a class's name says enough. */
const isWritten = (type: ts.TypeNode | undefined) =>
  /\b(string|number|boolean|Percent|Duration|\w+\[\])/.test(type?.getText() ?? "");

/** The properties of a file's public interfaces, with the tags of what is written above each. */
function properties(file: string) {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  return source.statements
    .filter(ts.isInterfaceDeclaration)
    .filter(
      ({ name, modifiers }) =>
        isPublic.test(name.text) && modifiers?.[0]?.kind === ts.SyntaxKind.ExportKeyword,
    )
    .flatMap(({ name, members }) =>
      members.filter(ts.isPropertySignature).map((property) => ({
        // Whoever writes a definition sees an example of each field.
        written: name.text.endsWith("Definition") || isWritten(property.type),
        where: `${path.relative(__dirname, file)}: ${name.text}.${property.name.getText()}`,
        optional: property.questionToken !== undefined,
        tags: ts.getJSDocTags(property).map(({ tagName }) => tagName.text),
      })),
    );
}

describe("each public argument", () => {
  const files = ["components", "definitions", "kinds"].flatMap((folder) =>
    readdirSync(path.join(__dirname, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
      .map((file) => path.join(__dirname, folder, file)),
  );
  const all = files.flatMap(properties);

  it("has an example, and a default if it may be left out", () => {
    assert.ok(all.length > 60, `only ${all.length} were found`);
    const lacking = all.flatMap(({ where, written, optional, tags }) => [
      ...(tags.includes("example") || !written ? [] : [`${where} has no @example`]),
      ...(optional && !tags.includes("default") ? [`${where} has no @default`] : []),
    ]);
    assert.deepEqual(lacking, []);
  });
});
