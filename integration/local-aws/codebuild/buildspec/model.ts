/** https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html, version 0.2. */
export interface Buildspec {
  /** The shell of the commands. AWS's default is `sh`. */
  shell: "bash" | "sh";
  variables: Record<string, string>;
  /** Variable to the name of a parameter. */
  parameterStore: Record<string, string>;
  /** Variable to `secret-id:json-key:version-stage:version-id`. */
  secretsManager: Record<string, string>;
  exportedVariables: string[];
  phases: Partial<Record<PhaseName, PhaseSpec>>;
  artifacts?: ArtifactSpec;
  secondaryArtifacts: Record<string, ArtifactSpec>;
  cachePaths: string[];
  reports: string[];
}

export const phaseNames = ["install", "pre_build", "build", "post_build"] as const;
export type PhaseName = (typeof phaseNames)[number];

export interface PhaseSpec {
  commands: string[];
  finally: string[];
  onFailure?: "ABORT" | "CONTINUE";
  runtimeVersions: Record<string, string>;
}

export interface ArtifactSpec {
  files: string[];
  excludePaths: string[];
  baseDirectory?: string;
  discardPaths: boolean;
  enableSymlinks: boolean;
  /** Evaluated by the build's shell; used where the project says `overrideArtifactName`. */
  name?: string;
  s3Prefix?: string;
}
