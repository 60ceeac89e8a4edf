/**
 * Whether `text` matches one of the glob patterns of a trigger filter: `*` is anything but "/", `**` anything,
 * `?` one character, `{a,b}` either, `[a-z]` a set.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/syntax-glob.html
 */
export const matchesAny = (patterns: readonly string[], text: string): boolean =>
  patterns.some((pattern) => globToRegExp(pattern).test(text));

export function globToRegExp(pattern: string): RegExp {
  let source = "";
  let depth = 0;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i);
    if (pattern.startsWith("**/", i) && (i === 0 || pattern[i - 1] === "/")) {
      source += "(?:.*/)?";
      i += 2;
    } else if (pattern.startsWith("**", i)) {
      source += ".*";
      i++;
    } else if (char === "*") source += "[^/]*";
    else if (char === "?") source += "[^/]";
    else if (char === "[" && pattern.includes("]", i + 1)) {
      const end = pattern.indexOf("]", i + 1);
      source += `[${pattern
        .slice(i + 1, end)
        .replace(/^!/, "^")
        .replace(/\\/g, "\\\\")}]`;
      i = end;
    } else if (char === "{" && pattern.includes("}", i)) {
      source += "(?:";
      depth++;
    } else if (char === "}" && depth > 0) {
      source += ")";
      depth--;
    } else if (char === "," && depth > 0) source += "|";
    else source += char.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&");
  }
  return new RegExp(`^${source}$`, "s");
}
