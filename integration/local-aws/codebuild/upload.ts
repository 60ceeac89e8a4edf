import type { BuildArtifacts, ProjectArtifacts } from "@aws-sdk/client-codebuild";
import type { BuildRoom } from "../core/container-runtime";
import type { Aws, Identity } from "../core/aws";
import { artifactKey, chooseFiles, uploadArtifact } from "./artifacts";
import type { ArtifactSpec, Buildspec } from "./buildspec/model";
import { PhaseFailure } from "./failure";
import type { BuildRecord } from "./model";
import type { BuildShell } from "./shell";

interface Workplace {
  role: Identity;
  room: BuildRoom;
  spec: Buildspec;
  shell: BuildShell;
  note: (line: string) => void;
  signal: AbortSignal;
}

/** The work of UPLOAD_ARTIFACTS: every artifact that the build is asked for must be in the buildspec, and is put in S3. */
export async function uploadArtifacts(aws: Aws, record: BuildRecord, at: Workplace): Promise<void> {
  const { build, plan } = record;
  const uuid = build.id.split(":")[1] ?? "";
  const put = async (artifacts: ProjectArtifacts, spec: ArtifactSpec | undefined, where: string) => {
    if (!spec) {
      throw new PhaseFailure(
        "CLIENT_ERROR",
        `the buildspec has no ${where}, but the build is to put one into s3://${artifacts.location}`,
      );
    }
    const evaluated = await evaluate(spec, at.shell);
    const files = await chooseFiles(evaluated, at.room, at.note);
    const name = artifacts.overrideArtifactName ? evaluated.name : undefined;
    const key = artifactKey(artifacts, uuid, name, spec.s3Prefix);
    const target = { artifacts, key, encryptionKey: build.encryptionKey };
    return uploadArtifact(aws, at.role, target, files, spec.enableSymlinks, at.signal);
  };
  if (plan.artifacts.type === "S3")
    build.artifacts = await put(plan.artifacts, at.spec.artifacts, "artifacts");
  else if (at.spec.artifacts) at.note("The build is asked for no artifacts");
  const secondary: BuildArtifacts[] = [];
  for (const artifacts of plan.secondaryArtifacts) {
    const identifier = artifacts.artifactIdentifier ?? "";
    const spec = at.spec.secondaryArtifacts[identifier];
    secondary.push(await put(artifacts, spec, `artifacts.secondary-artifacts.${identifier}`));
  }
  build.secondaryArtifacts = secondary;
}

/** The name and the base directory may have variables in them. */
async function evaluate(spec: ArtifactSpec, shell: BuildShell): Promise<ArtifactSpec> {
  const texts = [spec.name ?? "", spec.baseDirectory ?? ""];
  if (!texts.some((text) => /[$`]/.test(text))) return spec;
  const [name, baseDirectory] = await shell.evaluate(texts);
  return { ...spec, name: name || undefined, baseDirectory: baseDirectory || undefined };
}
