import type { ImageIn } from "./faults";

/** How the versions of services are called that do not say it in their answers. */
export class Versions {
  private readonly names = new Map<string, string>();

  name({ imageDigest, account }: ImageIn, name: string): void {
    this.names.set(`${account} ${imageDigest}`, name);
  }

  /** @returns the name that it was given; without one, the first twelve digits of its digest */
  of({ imageDigest, account }: ImageIn): string {
    return this.names.get(`${account} ${imageDigest}`) ?? imageDigest.replace(/^sha256:/, "").slice(0, 12);
  }
}
