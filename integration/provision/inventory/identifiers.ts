import type { Found } from "./resource";

/** How Pulumi ends a name that the program left to it. https://www.pulumi.com/docs/iac/concepts/resources/names/ */
const pulumiSuffix = /-[0-9a-f]{7}(?![0-9A-Za-z])/g;
/** How the Terraform provider names what was left to it: a time to the ten-thousandth second, and a counter. */
const terraformName = /\bterraform-\d{18}[0-9a-f]{8}\b/g;

const withoutGenerated = (name: string) => name.replace(pulumiSuffix, "").replace(terraformName, "terraform");

/**
 * Who has which id. An id is anything that is generated and that others may be given: an ARN or the end of one, an
 * address, a name with Pulumi's random end.
 */
export class Identifiers {
  private readonly owners = new Map<string, Found>();
  private readonly pattern: RegExp;

  /** @param fixed ids of no resource, with what to write instead */
  constructor(
    found: Found[],
    private readonly fixed: Record<string, string> = {},
  ) {
    for (const one of found) {
      const ids = one.ids ?? [];
      for (const id of one.name.search(/-[0-9a-f]{7}$/) >= 0 ? [...ids, one.name] : ids) {
        if (id) this.owners.set(id, one);
      }
    }
    const all = [...this.owners.keys(), ...Object.keys(fixed)];
    // The longest first: a listener's ARN holds the end of its load balancer's.
    const parts = all
      .sort((a, b) => b.length - a.length)
      .map((id) => id.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    // Without any id, a pattern that matches nothing.
    this.pattern = new RegExp(`(?<![0-9A-Za-z])(?:${parts.join("|") || "(?!)"})(?![0-9A-Za-z])`, "g");
  }

  /** `text` with `write`'s words instead of the ids of resources. */
  replace(text: string, write: (owner: Found) => string): string {
    return text.replace(this.pattern, (id) => {
      const owner = this.owners.get(id);
      return owner ? write(owner) : (this.fixed[id] ?? id);
    });
  }

  /** A resource's name without what was generated: "main of vpc-1234" is "main of staging-vpc". */
  nameOf(found: Found, depth = 0): string {
    // Bounded: a name may be its own id, and two could name each other.
    const name = this.replace(found.name, (owner) =>
      depth > 3 ? withoutGenerated(owner.name) : this.nameOf(owner, depth + 1),
    );
    return withoutGenerated(name);
  }
}
