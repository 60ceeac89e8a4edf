import assert from "node:assert/strict";
import { parseBuildspec } from "./parse";

const lines = (...text: string[]) => text.join("\n") + "\n";
const build = ["phases:", "  build:", "    commands:", "      - npm test"];

describe("buildspec", () => {
  it("reads everything that version 0.2 has", () => {
    const spec = parseBuildspec(
      "buildspec.yml",
      lines(
        "version: 0.2",
        "env:",
        "  shell: bash",
        "  variables: { GREETING: hello, COUNT: 7 }",
        "  parameter-store: { TOKEN: /app/token }",
        "  secrets-manager: { PASSWORD: 'db:password' }",
        "  exported-variables: [IMAGE]",
        "  git-credential-helper: no",
        "phases:",
        "  install:",
        "    runtime-versions: { nodejs: 20 }",
        "  build:",
        "    on-failure: CONTINUE",
        "    commands:",
        "      - true",
        "      - |",
        "        echo one",
        "        echo two",
        "    finally: [ echo done ]",
        "artifacts:",
        "  files: ['**/*']",
        "  base-directory: out",
        "  exclude-paths: ['**/*.map']",
        "  discard-paths: yes",
        "  name: app-$(date +%Y)",
        "  secondary-artifacts:",
        "    Evidence: { files: [ sbom.json ] }",
        "cache: { paths: [ node_modules/**/* ] }",
        "reports:",
        "  unit: { files: [ report.xml ], file-format: JUNITXML }",
      ),
    );
    assert.deepEqual(spec, {
      shell: "bash",
      variables: { GREETING: "hello", COUNT: "7" },
      parameterStore: { TOKEN: "/app/token" },
      secretsManager: { PASSWORD: "db:password" },
      exportedVariables: ["IMAGE"],
      phases: {
        install: { commands: [], finally: [], onFailure: undefined, runtimeVersions: { nodejs: "20" } },
        build: {
          commands: ["true", "echo one\necho two\n"],
          finally: ["echo done"],
          onFailure: "CONTINUE",
          runtimeVersions: {},
        },
      },
      artifacts: {
        files: ["**/*"],
        excludePaths: ["**/*.map"],
        baseDirectory: "out",
        discardPaths: true,
        enableSymlinks: false,
        name: "app-$(date +%Y)",
        s3Prefix: undefined,
      },
      secondaryArtifacts: {
        Evidence: {
          files: ["sbom.json"],
          excludePaths: [],
          baseDirectory: undefined,
          discardPaths: false,
          enableSymlinks: false,
          name: undefined,
          s3Prefix: undefined,
        },
      },
      cachePaths: ["node_modules/**/*"],
      reports: ["unit"],
    });
  });

  it("takes anchors, and runs sh when no shell is named", () => {
    const spec = parseBuildspec(
      "buildspec.yml",
      lines("version: 0.2", "phases:", "  install: &same", "    commands: [ls]", "  build: *same"),
    );
    assert.equal(spec.shell, "sh");
    assert.deepEqual(spec.phases.build?.commands, ["ls"]);
  });

  const refused: [why: string, text: string, message: string][] = [
    [
      "YAML that is none",
      lines("version: 0.2", "phases: [", "x: y"),
      "buildspec.yml:3: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
    [
      "a key given twice",
      lines("version: 0.2", ...build, ...build),
      "buildspec.yml:6: not valid YAML: Map keys must be unique",
    ],
    ["an empty file", "", "buildspec.yml:1: the buildspec must be a mapping, not empty"],
    ["no version", lines(...build), 'buildspec.yml:1: the buildspec has no "version"; write version: 0.2'],
    [
      "version 0.1",
      lines("version: 0.1", ...build),
      "buildspec.yml:1: key version is 0.1, in which every command has a shell of its own; Greenroom runs version 0.2, which shares one",
    ],
    ["another version", lines("version: 2", ...build), 'buildspec.yml:1: key version must be 0.2, not "2"'],
    [
      "no phases",
      lines("version: 0.2"),
      'buildspec.yml:1: the buildspec has no "phases"; without them there is nothing to run',
    ],
    [
      "empty phases",
      lines("version: 0.2", "phases:"),
      "buildspec.yml:2: key phases must be a mapping, not empty",
    ],
    [
      "an unknown key",
      lines("version: 0.2", ...build, "artefacts: {}"),
      "buildspec.yml:6: key artefacts is unknown; known here: version, run-as, env, proxy, batch, phases, reports, artifacts, cache",
    ],
    [
      "an unknown phase",
      lines("version: 0.2", "phases:", "  biuld:", "    commands: [ls]"),
      "buildspec.yml:3: key phases.biuld is unknown; known here: install, pre_build, build, post_build",
    ],
    [
      "runtime-versions outside of install",
      lines("version: 0.2", ...build, "    runtime-versions: { nodejs: 20 }"),
      "buildspec.yml:6: key phases.build.runtime-versions is unknown; known here: commands, finally, on-failure, run-as",
    ],
    [
      "a phase without commands",
      lines("version: 0.2", "phases:", "  build:", "    finally: [ls]"),
      "buildspec.yml:3: key phases.build has no commands",
    ],
    [
      "commands that are no list",
      lines("version: 0.2", "phases:", "  build:", "    commands: npm test"),
      'buildspec.yml:4: key phases.build.commands must be a list, not "npm test"',
    ],
    [
      "a command with a colon",
      lines("version: 0.2", "phases:", "  build:", "    commands:", "      - ls", "      - echo a: b"),
      'buildspec.yml:6: key phases.build.commands[1] must be text, not a mapping (put quotes around a text that contains ": ")',
    ],
    [
      "an unknown on-failure",
      lines("version: 0.2", ...build, "    on-failure: IGNORE"),
      'buildspec.yml:6: key phases.build.on-failure must be ABORT or CONTINUE, not "IGNORE"',
    ],
    [
      "a retry",
      lines("version: 0.2", ...build, "    on-failure: RETRY-2"),
      "buildspec.yml:6: key phases.build.on-failure is RETRY-2; Greenroom does not retry builds, so a failure shows",
    ],
    [
      "another user",
      lines("version: 0.2", "run-as: node", ...build),
      'buildspec.yml:2: key run-as is "node"; Greenroom runs builds as one user only',
    ],
    [
      "another shell",
      lines("version: 0.2", "env:", "  shell: powershell.exe", ...build),
      'buildspec.yml:3: key env.shell must be bash or /bin/sh, not "powershell.exe"',
    ],
    [
      "a variable that is no name",
      lines("version: 0.2", "env:", "  variables:", "    my-var: x", ...build),
      'buildspec.yml:4: key env.variables.my-var is no name for an environment variable: "my-var"',
    ],
    [
      "a reserved variable",
      lines("version: 0.2", "env:", "  variables:", "    CODEBUILD_X: x", ...build),
      "buildspec.yml:4: key env.variables.CODEBUILD_X starts with CODEBUILD_, which is reserved for CodeBuild itself",
    ],
    [
      "a variable that is a mapping",
      lines("version: 0.2", "env:", "  variables:", "    X: [1]", ...build),
      "buildspec.yml:4: key env.variables.X must be text, not a list",
    ],
    [
      "artifacts without files",
      lines("version: 0.2", ...build, "artifacts:", "  name: x"),
      "buildspec.yml:6: key artifacts has no files",
    ],
    [
      "a flag that is none",
      lines("version: 0.2", ...build, "artifacts:", "  files: [x]", "  discard-paths: maybe"),
      'buildspec.yml:8: key artifacts.discard-paths must be yes or no, not "maybe"',
    ],
    [
      "an unknown key of a secondary artifact",
      lines("version: 0.2", ...build, "artifacts:", "  secondary-artifacts:", "    A: { file: x }"),
      "buildspec.yml:8: key artifacts.secondary-artifacts.A.file is unknown; known here: files, name, discard-paths, base-directory, exclude-paths, enable-symlinks, s3-prefix",
    ],
    [
      "a report without files",
      lines("version: 0.2", ...build, "reports:", "  unit: { file-format: JUNITXML }"),
      "buildspec.yml:7: key reports.unit has no files",
    ],
    [
      "an unknown key of the cache",
      lines("version: 0.2", ...build, "cache:", "  path: [x]"),
      "buildspec.yml:7: key cache.path is unknown; known here: paths, key, fallback-keys, action",
    ],
  ];
  for (const [why, text, message] of refused) {
    it(`refuses ${why}`, () => {
      assert.throws(() => parseBuildspec("buildspec.yml", text), { message });
    });
  }
});
