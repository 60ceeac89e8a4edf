import { Changes } from "./changes";
import type { ImageIn } from "./faults";

/** The header in which the version of a service is said that answered. */
export const versionHeader = "x-service-version";
/** Beside it when it was the load balancer that said it, for a service that does not. */
export const versionByHeader = "x-greenroom-version-by";

/** How the versions of services are called that do not say it in their answers. */
export class Versions extends Changes {
  private readonly names = new Map<string, string>();

  name({ imageDigest, account }: ImageIn, name: string): void {
    // It becomes a header.
    if (!/^[\x21-\x7e]{1,128}$/.test(name)) {
      throw new Error(`"${name}" cannot name a version: write 1 to 128 printable characters without spaces`);
    }
    this.names.set(`${account} ${imageDigest}`, name);
    this.tell();
  }

  /** @returns the name that it was given; without one, the first twelve digits of its digest */
  of({ imageDigest, account }: ImageIn): string {
    return this.names.get(`${account} ${imageDigest}`) ?? imageDigest.replace(/^sha256:/, "").slice(0, 12);
  }
}
