/**
 * Expands a word as Docker does (https://docs.docker.com/reference/dockerfile/#environment-replacement): `$x`,
 * `${x}`, `${x:-default}`, `${x:+alternative}`; quotes are taken off, single ones keep their content as it is.
 *
 * @throws Error for a substitution that this runtime does not know
 */
export function expand(word: string, lookup: (name: string) => string | undefined): string {
  let out = "";
  let inDouble = false;
  for (let i = 0; i < word.length;) {
    const char = word.charAt(i);
    if (char === "\\" && i + 1 < word.length) {
      const next = word.charAt(i + 1);
      // In double quotes a backslash escapes only what would be special there.
      out += inDouble && !/["$\\]/.test(next) ? char + next : next;
      i += 2;
    } else if (char === "'" && !inDouble) {
      const end = word.indexOf("'", i + 1);
      if (end < 0) throw new Error(`a quote is not closed in ${word}`);
      out += word.slice(i + 1, end);
      i = end + 1;
    } else if (char === '"') {
      inDouble = !inDouble;
      i++;
    } else if (char === "$") {
      const { value, length } = variable(word.slice(i), lookup);
      out += value;
      i += length;
    } else {
      out += char;
      i++;
    }
  }
  if (inDouble) throw new Error(`a quote is not closed in ${word}`);
  return out;
}

function variable(
  text: string,
  lookup: (name: string) => string | undefined,
): { value: string; length: number } {
  const bare = /^\$([A-Za-z_]\w*)/.exec(text);
  if (bare) return { value: lookup(bare[1] ?? "") ?? "", length: bare[0].length };
  if (!text.startsWith("${")) return { value: "$", length: 1 };
  const length = closing(text) + 1;
  const inner = text.slice(2, length - 1);
  const parts = /^([A-Za-z_]\w*)(?:(:?)([-+])(.*))?$/s.exec(inner);
  if (!parts)
    throw new Error(`\${${inner}} is not supported; use \${name}, \${name:-default} or \${name:+other}`);
  const [, name = "", colon, operator, other = ""] = parts;
  const value = lookup(name);
  const given = colon ? value !== undefined && value !== "" : value !== undefined;
  if (operator === "-") return { value: given ? (value ?? "") : expand(other, lookup), length };
  if (operator === "+") return { value: given ? expand(other, lookup) : "", length };
  return { value: value ?? "", length };
}

function closing(text: string): number {
  let depth = 0;
  for (let i = 1; i < text.length; i++) {
    if (text[i] === "{") depth++;
    if (text[i] === "}" && --depth === 0) return i;
  }
  throw new Error(`"${text}" has no closing brace`);
}
