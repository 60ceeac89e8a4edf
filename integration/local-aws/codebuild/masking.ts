/** A text shorter than this is no secret, and hiding it would spoil every line. */
const shortest = 3;

/**
 * Hides secrets in what a build prints, as `***`. Only what is printed as it is: a secret that the build encodes
 * first (base64, JSON escapes) is not recognized, on AWS neither.
 * https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env.secrets-manager
 */
export class Masking {
  private readonly secrets: string[] = [];

  add(secret: string | undefined): void {
    // The log has lines, so a secret of many lines is hidden line by line.
    for (const line of secret?.split(/\r?\n/) ?? [])
      if (line.trim().length >= shortest) this.secrets.push(line);
    // The longest first, in case one contains another.
    this.secrets.sort((a, b) => b.length - a.length);
  }

  hide(text: string): string {
    let hidden = text;
    for (const secret of this.secrets) hidden = hidden.replaceAll(secret, "***");
    return hidden;
  }
}
