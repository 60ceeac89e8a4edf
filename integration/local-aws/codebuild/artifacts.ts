import { createHash } from "node:crypto";
import { lstat, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { BuildArtifacts, ProjectArtifacts } from "@aws-sdk/client-codebuild";
import { PutObjectCommand, S3Client, type PutObjectCommandInput } from "@aws-sdk/client-s3";
import type { BuildRoom } from "../core/container-runtime";
import type { Aws, Identity } from "../core/aws";
import { pack } from "./archive";
import type { ArtifactSpec } from "./buildspec/model";
import { PhaseFailure } from "./failure";
import { globToRegExp } from "../core/glob";
import { filesUnder, isGlob } from "./glob";

/** A file that goes into an artifact: under which name, and where it lies. */
interface Chosen {
  name: string;
  path: string;
}

/**
 * The files that an artifact's `files`, `base-directory`, `exclude-paths` and `discard-paths` choose.
 * https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.artifacts
 *
 * @throws PhaseFailure as on AWS, where nothing matches
 */
export async function chooseFiles(
  spec: ArtifactSpec,
  room: BuildRoom,
  note: (line: string) => void,
): Promise<Chosen[]> {
  note(`Expanding base directory path: ${spec.baseDirectory ?? "."}`);
  const chosen = new Map<string, Chosen>();
  const excluded = spec.excludePaths.map((pattern) => globToRegExp(pattern, { braces: false }));
  for (const base of await baseDirectories(spec.baseDirectory ?? ".", room)) {
    const all = await filesUnder(base);
    for (const written of spec.files) {
      const pattern = written.replace(/^(\.\/)+/, "");
      note(`Expanding ${written}`);
      const found = isGlob(pattern)
        ? all.filter((name) => globToRegExp(pattern, { braces: false }).test(name))
        : [pattern];
      for (const name of found) {
        if (excluded.some((expression) => expression.test(name))) continue;
        if (!all.includes(name)) note(`Skipping invalid file path ${written}`);
        else {
          const kept = spec.discardPaths ? path.posix.basename(name) : name;
          chosen.set(kept, { name: kept, path: path.join(base, name) });
        }
      }
    }
  }
  if (chosen.size === 0) throw new PhaseFailure("CLIENT_ERROR", "no matching artifact paths found");
  note(`Found ${chosen.size} file(s)`);
  return [...chosen.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A folder relative to the source, or absolute as the build sees it, or a pattern for top-level folders. */
async function baseDirectories(base: string, room: BuildRoom): Promise<string[]> {
  const { sourceDirectory: source, scratchDirectory: scratch } = room;
  const none = new PhaseFailure("CLIENT_ERROR", `no matching base directory path found for ${base}`);
  const place = [source, scratch].find(({ inside }) => base === inside || base.startsWith(`${inside}/`));
  if (path.posix.isAbsolute(base) && !place) throw none;
  if (!isGlob(base)) {
    const folder = place
      ? path.join(place.host, base.slice(place.inside.length))
      : path.join(source.host, base);
    const stats = await lstat(folder).catch(() => undefined);
    if (!stats?.isDirectory()) throw none;
    return [folder];
  }
  const expression = globToRegExp(base.replace(/\/+$/, ""), { braces: false });
  const entries = await readdir(source.host, { withFileTypes: true });
  const matching = entries.filter((entry) => entry.isDirectory() && expression.test(entry.name));
  if (matching.length === 0) throw none;
  return matching.map(({ name }) => path.join(source.host, name)).sort();
}

/**
 * The key of an artifact: path, build id if the namespace says so, and name.
 * https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectArtifacts.html
 */
export function artifactKey(
  artifacts: ProjectArtifacts,
  buildUuid: string,
  nameOverride: string | undefined,
  s3Prefix: string | undefined,
): string {
  const name = nameOverride ?? artifacts.name ?? "";
  const perBuild = artifacts.namespaceType === "BUILD_ID";
  return [perBuild ? s3Prefix : undefined, artifacts.path, perBuild ? buildUuid : undefined, name]
    .map((part) => part?.replace(/^\/+|\/+$/g, ""))
    .filter((part) => part)
    .join("/");
}

/** Puts an artifact into its bucket: one zip at exactly the key, or each file under it. */
export async function uploadArtifact(
  aws: Aws,
  role: Identity,
  target: { artifacts: ProjectArtifacts; key: string; encryptionKey: string | undefined },
  files: readonly Chosen[],
  keepLinks: boolean,
  signal: AbortSignal,
): Promise<BuildArtifacts> {
  const { artifacts, key } = target;
  const encryption = artifacts.encryptionDisabled ? {} : encryptedWith(target.encryptionKey);
  const bucket = (artifacts.location ?? "").replace(/^arn:[^:]*:s3:::/, "");
  const s3 = aws.client(S3Client, role);
  const put = async (Key: string, Body: Uint8Array, ContentType?: string) => {
    try {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentType, ...encryption }), {
        abortSignal: signal,
      });
    } catch (error) {
      const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      throw new PhaseFailure(
        "CLIENT_ERROR",
        `Error in UPLOAD_ARTIFACTS phase: ${why} for s3://${bucket}/${Key}`,
      );
    }
  };
  const described: BuildArtifacts = {
    location: `arn:aws:s3:::${bucket}/${key}`,
    encryptionDisabled: artifacts.encryptionDisabled ?? false,
    overrideArtifactName: artifacts.overrideArtifactName,
    artifactIdentifier: artifacts.artifactIdentifier,
  };
  if (artifacts.packaging !== "ZIP") {
    for (const file of files) await put(key ? `${key}/${file.name}` : file.name, await readFile(file.path));
    return described;
  }
  const zip = await pack(files, keepLinks);
  await put(key, zip, "application/zip");
  return {
    ...described,
    sha256sum: createHash("sha256").update(zip).digest("hex"),
    md5sum: createHash("md5").update(zip).digest("hex"),
  };
}

/** With the build's key. Its default, S3's own key, no base has: the bucket's default encryption stands for it. */
const encryptedWith = (
  key: string | undefined,
): Pick<PutObjectCommandInput, "ServerSideEncryption" | "SSEKMSKeyId"> =>
  !key || key.endsWith(":alias/aws/s3") ? {} : { ServerSideEncryption: "aws:kms", SSEKMSKeyId: key };
