import { unzipSync, zipSync } from "fflate";

/** What a build says it made, in the two files that every release has. */
export interface Release {
  /** Of the image: `sha256:…` */
  digest: string;
  /** Value of the header `x-service-version`. */
  version: string;
  commit: string;
}

/** ZIP knows no time before 1980; a fixed one makes equal bundles equal. */
const mtime = new Date(1980, 0, 1);

/** A release as it travels: the build's output artifact. */
export class ReleaseBundle {
  readonly release: Release;

  private constructor(private readonly files: Record<string, Uint8Array>) {
    const { ImageURI } = this.json("imageDetail.json");
    const { version, commit } = this.json("release.json");
    const digest = typeof ImageURI === "string" ? /@(sha256:[0-9a-f]{64})$/.exec(ImageURI)?.[1] : undefined;
    if (digest === undefined)
      throw new Error(
        `imageDetail.json of the build: ImageURI is ${JSON.stringify(ImageURI)}, but must name the image by digest, <repository>@sha256:…`,
      );
    if (typeof version !== "string" || typeof commit !== "string")
      throw new Error(`release.json of the build: "version" and "commit" must be texts`);
    this.release = { digest, version, commit };
  }

  /** @throws Error that names the file and what is wrong with it. */
  static parse(zip: Uint8Array): ReleaseBundle {
    let files: Record<string, Uint8Array>;
    try {
      files = unzipSync(zip);
    } catch (error) {
      throw new Error(`The build's output artifact is not a zip archive: ${String(error)}`, { cause: error });
    }
    return new ReleaseBundle(files);
  }

  /** The bundle for another repository: the same files, except that imageDetail.json names the image's copy. */
  zipFor(repositoryUri: string): Uint8Array {
    const detail = JSON.stringify({ ImageURI: `${repositoryUri}@${this.release.digest}` });
    return zipSync({ ...this.files, "imageDetail.json": new TextEncoder().encode(detail) }, { mtime });
  }

  private json(name: string): Record<string, unknown> {
    const file = this.files[name];
    if (!file)
      throw new Error(
        `The build's output artifact has no ${name}, only ${Object.keys(this.files).join(", ")}`,
      );
    try {
      return JSON.parse(new TextDecoder().decode(file)) as Record<string, unknown>;
    } catch (error) {
      throw new Error(`${name} of the build is not JSON: ${String(error)}`, { cause: error });
    }
  }
}
