/** HTML that is safe to write out: made by `html`, which escapes everything but other such HTML. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | undefined | false | readonly Part[];

/** A template whose values are escaped, unless they are HTML themselves. Lists are joined; undefined and false vanish. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.reduce((all, text, i) => all + write(parts[i - 1]) + text));
}

function write(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Html) return part.text;
  return Array.isArray(part) ? part.map(write).join("") : escapeText(String(part));
}

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes text for HTML and XML, in content and attributes; what XML 1.0 has no place for is shown as U+FFFD. */
export function escapeText(text: string): string {
  const printable = text
    // Colours of a terminal, which builds like to print.
    .replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "")
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd");
  return printable.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
