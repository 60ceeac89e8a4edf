import { PhaseFailure } from "./failure";

/** A language of an image: the versions that it has, newest first, and the one that a build gets without asking. */
interface Runtime {
  versions: readonly string[];
  byDefault: string;
}

const runtime = (byDefault: string, ...versions: string[]): Runtime => ({ byDefault, versions });

const al2023Standard5: Record<string, Runtime> = {
  dotnet: runtime("6.0", "8.0", "6.0"),
  golang: runtime("1.20", "1.24", "1.23", "1.22", "1.21", "1.20"),
  java: runtime("corretto17", "corretto21", "corretto17", "corretto11", "corretto8"),
  nodejs: runtime("18", "22", "20", "18"),
  php: runtime("8.2", "8.3", "8.2"),
  python: runtime("3.11", "3.13", "3.12", "3.11", "3.10", "3.9"),
  ruby: runtime("3.2", "3.4", "3.3", "3.2", "3.1"),
};
const al2023Standard6: Record<string, Runtime> = {
  dotnet: runtime("10.0", "10.0", "8.0"),
  golang: runtime("1.26", "1.26", "1.25", "1.24"),
  java: runtime("corretto25", "corretto25", "corretto21", "corretto17", "corretto11", "corretto8"),
  nodejs: runtime("24", "26", "24", "22"),
  php: runtime("8.5", "8.5", "8.4", "8.3", "8.2"),
  python: runtime("3.14", "3.14", "3.13", "3.12", "3.11", "3.10"),
  ruby: runtime("4.0", "4.0", "3.4", "3.3"),
  rust: runtime("1.97", "1.97"),
};

/**
 * CodeBuild's own images, by the beginning of their names. Each has its versions in `runtimes.yml` and its defaults at the
 * end of its Dockerfile: https://github.com/aws/aws-codebuild-docker-images/tree/master/al
 */
const images: readonly [name: string, runtimes: Record<string, Runtime>][] = [
  ["aws/codebuild/amazonlinux-x86_64-standard:5.0", al2023Standard5],
  ["aws/codebuild/amazonlinux2-x86_64-standard:5.0", al2023Standard5],
  ["aws/codebuild/amazonlinux-aarch64-standard:3.0", al2023Standard5],
  ["aws/codebuild/amazonlinux2-aarch64-standard:3.0", al2023Standard5],
  ["aws/codebuild/amazonlinux-x86_64-standard:6.0", al2023Standard6],
  ["aws/codebuild/amazonlinux-aarch64-standard:4.0", al2023Standard6],
];

/** Versions by languages, as buildspecs call them. */
export type RuntimeVersions = Readonly<Record<string, string>>;

/**
 * The languages that a build has, with their versions: what its buildspec asks for, and else what its image has by default.
 * Undefined for an image of which nothing is known here.
 *
 * @throws PhaseFailure YAML_FILE_ERROR for a language that the image has not
 * @see https://docs.aws.amazon.com/codebuild/latest/userguide/available-runtimes.html
 */
export function runtimesOf(image: string, asked: RuntimeVersions): RuntimeVersions | undefined {
  const known = images.find(([name]) => image === name || image.startsWith(`${name}-`))?.[1];
  if (!known) return undefined;
  const found = Object.fromEntries(Object.entries(known).map(([name, { byDefault }]) => [name, byDefault]));
  for (const [name, version] of Object.entries(asked)) {
    const one = known[name];
    if (!one) {
      const names = Object.keys(known).join(", ");
      throw new PhaseFailure(
        "YAML_FILE_ERROR",
        `Unknown runtime named '${name}'. This build image has the following runtimes: ${names}`,
      );
    }
    found[name] = versionOf(one, version);
  }
  return found;
}

/** A version that the image has not is installed by it, so that it is asked for as it is. */
function versionOf({ versions }: Runtime, asked: string): string {
  if (asked === "latest") return versions[0] ?? asked;
  if (!asked.endsWith(".x")) return asked;
  const major = asked.slice(0, -2);
  return versions.find((one) => one === major || one.startsWith(`${major}.`)) ?? major;
}
