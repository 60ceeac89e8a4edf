import picomatch from "picomatch";

/**
 * A pattern as the delivery services know them: `*` and `?` within a name, `**` across folders, `[…]` for one character,
 * and where a service has them, `{a,b}` for either. Names that begin with a dot are names like all others.
 */
export const globToRegExp = (pattern: string, { braces }: { braces: boolean }): RegExp =>
  // Parentheses mean nothing in these patterns; to the library they do.
  picomatch.makeRe(pattern.replace(/[()]/g, "\\$&"), {
    dot: true,
    nobrace: !braces,
    noextglob: true,
    nonegate: true,
  });
