import { phaseNames, type ArtifactSpec, type Buildspec, type PhaseName, type PhaseSpec } from "./model";
import { YamlValue } from "./reader";

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Reads a buildspec of version 0.2. Whatever is unknown, malformed or beyond what Greenroom runs is refused.
 *
 * @param file how errors name it, e.g. `services/orders/buildspec.yml`
 * @throws BuildspecError with file, line and key
 */
export function parseBuildspec(file: string, text: string): Buildspec {
  const root = YamlValue.parse(file, text);
  const top = root.mapping([
    "version",
    "run-as",
    "env",
    "proxy",
    "batch",
    "phases",
    "reports",
    "artifacts",
    "cache",
  ]);
  readVersion(root, top.get("version"));
  readUser(top.get("run-as"));
  for (const flag of (top.get("proxy")?.mapping(["upload-artifacts", "logs"]) ?? new Map()).values())
    flag.flag();
  const phases = top.get("phases") ?? root.fail('has no "phases"; without them there is nothing to run');
  const artifacts = top.get("artifacts");
  return {
    ...readEnv(top.get("env")),
    phases: readPhases(phases),
    ...readArtifacts(artifacts),
    cachePaths: readCache(top.get("cache")),
    reports: readReports(top.get("reports")),
  };
}

function readVersion(root: YamlValue, version: YamlValue | undefined): void {
  if (!version) return root.fail('has no "version"; write version: 0.2');
  const text = version.text();
  if (text === "0.1") {
    version.fail(
      "is 0.1, in which every command has a shell of its own; Greenroom runs version 0.2, which shares one",
    );
  }
  if (text !== "0.2") version.fail(`must be 0.2, not "${text}"`);
}

function readUser(user: YamlValue | undefined): void {
  if (user && user.text() !== "root")
    user.fail(`is "${user.text()}"; Greenroom runs builds as one user only`);
}

function readEnv(
  env: YamlValue | undefined,
): Pick<Buildspec, "shell" | "variables" | "parameterStore" | "secretsManager" | "exportedVariables"> {
  const keys = [
    "shell",
    "variables",
    "parameter-store",
    "secrets-manager",
    "exported-variables",
    "git-credential-helper",
  ];
  const entries = env?.mapping(keys) ?? new Map<string, YamlValue>();
  entries.get("git-credential-helper")?.flag();
  const exported = entries.get("exported-variables")?.list() ?? [];
  return {
    shell: readShell(entries.get("shell")),
    variables: readVariables(entries.get("variables")),
    parameterStore: readVariables(entries.get("parameter-store")),
    secretsManager: readVariables(entries.get("secrets-manager")),
    exportedVariables: exported.map((item) => named(item, item.text())),
  };
}

function readShell(shell: YamlValue | undefined): "bash" | "sh" {
  switch (shell?.text()) {
    case undefined:
    case "sh":
    case "/bin/sh":
      return "sh";
    case "bash":
    case "/bin/bash":
      return "bash";
    default:
      return shell?.fail(`must be bash or /bin/sh, not "${shell.text()}"`) ?? "sh";
  }
}

function readVariables(variables: YamlValue | undefined): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of variables?.mapping() ?? []) values[named(value, name)] = value.text();
  return values;
}

function named(at: YamlValue, name: string): string {
  if (!variableName.test(name)) at.fail(`is no name for an environment variable: "${name}"`);
  // https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env.variables
  if (name.startsWith("CODEBUILD_") && !at.key.startsWith("env.exported-variables"))
    at.fail("starts with CODEBUILD_, which is reserved for CodeBuild itself");
  return name;
}

function readPhases(value: YamlValue): Buildspec["phases"] {
  const phases: Buildspec["phases"] = {};
  for (const [name, phase] of value.mapping(phaseNames)) {
    phases[name as PhaseName] = readPhase(name as PhaseName, phase);
  }
  if (Object.keys(phases).length === 0) value.fail("is empty; there is nothing to run");
  return phases;
}

function readPhase(name: PhaseName, phase: YamlValue): PhaseSpec {
  const keys = ["commands", "finally", "on-failure", "run-as"];
  const entries = phase.mapping(name === "install" ? [...keys, "runtime-versions"] : keys);
  readUser(entries.get("run-as"));
  if (!entries.has("commands") && !entries.has("runtime-versions")) phase.fail("has no commands");
  const runtimeVersions: Record<string, string> = {};
  for (const [runtime, version] of entries.get("runtime-versions")?.mapping() ?? [])
    runtimeVersions[runtime] = version.text();
  return {
    commands: entries.get("commands")?.texts() ?? [],
    finally: entries.get("finally")?.texts() ?? [],
    onFailure: readOnFailure(entries.get("on-failure")),
    runtimeVersions,
  };
}

function readOnFailure(value: YamlValue | undefined): "ABORT" | "CONTINUE" | undefined {
  const text = value?.text();
  if (text === undefined || text === "ABORT" || text === "CONTINUE") return text;
  if (text.startsWith("RETRY"))
    value?.fail(`is ${text}; Greenroom does not retry builds, so a failure shows`);
  return value?.fail(`must be ABORT or CONTINUE, not "${text}"`);
}

const artifactKeys = [
  "files",
  "name",
  "discard-paths",
  "base-directory",
  "exclude-paths",
  "enable-symlinks",
  "s3-prefix",
];

function readArtifacts(
  artifacts: YamlValue | undefined,
): Pick<Buildspec, "artifacts" | "secondaryArtifacts"> {
  if (!artifacts) return { secondaryArtifacts: {} };
  const entries = artifacts.mapping([...artifactKeys, "secondary-artifacts"]);
  const secondary = entries.get("secondary-artifacts");
  const secondaryArtifacts: Record<string, ArtifactSpec> = {};
  for (const [identifier, value] of secondary?.mapping() ?? [])
    secondaryArtifacts[identifier] = readArtifact(value, value.mapping(artifactKeys));
  entries.delete("secondary-artifacts");
  if (secondary && entries.size === 0) return { secondaryArtifacts };
  return { artifacts: readArtifact(artifacts, entries), secondaryArtifacts };
}

function readArtifact(at: YamlValue, entries: Map<string, YamlValue>): ArtifactSpec {
  const files = entries.get("files") ?? at.fail("has no files");
  const excluded = entries.get("exclude-paths");
  return {
    files: files.texts(),
    excludePaths: excluded?.texts() ?? [],
    baseDirectory: entries.get("base-directory")?.text(),
    discardPaths: entries.get("discard-paths")?.flag() ?? false,
    enableSymlinks: entries.get("enable-symlinks")?.flag() ?? false,
    name: entries.get("name")?.text(),
    s3Prefix: entries.get("s3-prefix")?.text(),
  };
}

function readCache(cache: YamlValue | undefined): string[] {
  const entries = cache?.mapping(["paths", "key", "fallback-keys", "action"]);
  entries?.get("key")?.text();
  entries?.get("fallback-keys")?.texts();
  entries?.get("action")?.text();
  return entries?.get("paths")?.texts() ?? [];
}

function readReports(reports: YamlValue | undefined): string[] {
  const names: string[] = [];
  for (const [name, report] of reports?.mapping() ?? []) {
    const entries = report.mapping(["files", "base-directory", "discard-paths", "file-format"]);
    (entries.get("files") ?? report.fail("has no files")).texts();
    entries.get("base-directory")?.text();
    entries.get("discard-paths")?.flag();
    entries.get("file-format")?.text();
    names.push(name);
  }
  return names;
}
