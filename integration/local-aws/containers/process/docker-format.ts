/**
 * Fills in a `--format` template, as far as builds use them: `{{.Id}}`, `{{.Config.User}}`, `{{json .Config}}` and
 * `{{index .RepoDigests 0}}`.
 *
 * @throws Error for any other template
 */
export function formatTemplate(template: string, value: object): string {
  return template.replace(/\{\{(.*?)\}\}/gs, (whole, inner: string) => {
    const index = /^\s*index\s+(\.[\w.]+)\s+(\d+)\s*$/.exec(inner);
    if (index) {
      const list = member(value, index[1] ?? "", whole);
      const item: unknown = Array.isArray(list) ? list[Number(index[2])] : undefined;
      if (item === undefined) throw new Error(`template: ${whole}: index out of range: ${index[2]}`);
      return text(item);
    }
    const json = /^\s*json\s+(\.[\w.]*)\s*$/.exec(inner);
    if (json) return JSON.stringify(member(value, json[1] ?? "", whole) ?? null);
    const plain = /^\s*(\.[\w.]+)\s*$/.exec(inner);
    if (plain) return text(member(value, plain[1] ?? "", whole));
    throw new Error(
      `the template ${whole} is not supported by the process runtime; it knows {{.Member}}, {{json .Member}} and ` +
        "{{index .RepoDigests 0}}; use --containers docker",
    );
  });
}

function member(value: unknown, path: string, template: string): unknown {
  let at = value;
  for (const name of path.split(".").filter(Boolean)) {
    if (typeof at !== "object" || at === null) throw new Error(`template: ${template}: there is no ${path}`);
    at = (at as { [name: string]: unknown })[name];
  }
  return at;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
