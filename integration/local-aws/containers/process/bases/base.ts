import type { ContainerConfig } from "../image";
import { versionGap } from "../versions";
import { formatReference, type Reference } from "../../images/reference";

/** A family of base images that programs of this machine can stand in for. */
export interface Base {
  /** Written into the images that are built on it. */
  readonly name: string;
  matches(reference: Reference): boolean;
  /**
   * What stands in for the image.
   * @throws Error with a sentence for people when this machine has nothing
   */
  standIn(reference: Reference): Promise<StandIn>;
  /** The language in the version of an image that was built on it. */
  language(version: string): Language;
}

/** A language in one version: what commands and containers of an image are run with. */
export interface Language {
  /** What they need to find what is installed in the image. */
  environment(root: string): Readonly<Record<string, string>>;
  /** Done once to an image that was pulled, before containers get their copies of it. */
  unpacked?(root: string): Promise<void>;
  /** Folders with its programs. */
  programs: readonly string[];
  /** Folders of this machine that its programs need. */
  readable: readonly string[];
}

export interface StandIn {
  /** The base image's own configuration, as far as it matters here. */
  config: ContainerConfig;
  /** What stands in for what, for the build's log. */
  note: string;
  /** What layers on top of it depend on. */
  key: string;
  /** Its version, e.g. `3.11.7`. */
  version: string;
}

/** On every image that this runtime builds: only it can run them. */
export const containersLabel = "greenroom.containers";
export const baseLabel = "greenroom.base";
const languageLabel = "greenroom.language";
const versionLabel = "greenroom.language-version";
const versionGapLabel = "greenroom.version-gap";

/** The configuration of a stand-in. */
export function standInConfig(
  reference: Reference,
  base: {
    language: string;
    version: string;
    /** For people. */
    name: string;
    env: string[];
    entryPoint?: string[];
    command: string[];
  },
): { config: ContainerConfig; note: string } {
  const image = formatReference(reference);
  const gap = versionGap(base.name, wantedVersion(reference), base.version);
  const note = `${base.name} ${base.version} stands in for ${image}`;
  return {
    note,
    config: {
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ...base.env],
      WorkingDir: "/",
      ...(base.entryPoint && { Entrypoint: base.entryPoint }),
      Cmd: base.command,
      Labels: {
        [containersLabel]: "process",
        [languageLabel]: base.language,
        [versionLabel]: base.version,
        ...(gap && { [versionGapLabel]: gap }),
        [baseLabel]: `${image}: ${note}; its content is not in the layers`,
      },
    },
  };
}

/** What an image is run with: the language of the base that it was built on. */
export const languageOf = (
  bases: readonly Base[],
  { Labels = {} }: Pick<ContainerConfig, "Labels">,
): Language | undefined =>
  bases.find(({ name }) => name === Labels[languageLabel])?.language(Labels[versionLabel] ?? "");

/** The version that an image's tag asks for: `22` of `22-alpine`, `3.13` of `3.13-slim`; undefined for `latest` and the like. */
export const wantedVersion = ({ tag = "" }: Reference): string | undefined => /^\d+(\.\d+)*/.exec(tag)?.[0];

/** What {@link standInConfig} found of an image's base: that its tag names another version than what stands in. */
export const versionGapOf = (config: Pick<ContainerConfig, "Labels">): string | undefined =>
  config.Labels?.[versionGapLabel];

/** An official image of Docker Hub, or its copy in ECR's public gallery. */
export function isOfficial(name: string, { registry, repository }: Reference): boolean {
  if (registry === "docker.io") return repository === name || repository === `library/${name}`;
  return registry === "public.ecr.aws" && repository === `docker/library/${name}`;
}

/** The families that programs of this machine can stand in for. */
const families = ["node", "python"];

/** Whether one of them has this image. */
export const hasStandIn = (reference: Reference): boolean =>
  families.some((name) => isOfficial(name, reference));

/** Why an image that is in none of them cannot be built on. */
export const unknownBase = (name: string): string =>
  `FROM ${name}: this machine stands in for ${families.join(" and ")} base images only; use --containers docker`;
