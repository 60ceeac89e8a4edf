import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from "yaml";

/** A buildspec that cannot be used. The message starts with `FILE:LINE: ` where there is a line to name. */
export class BuildspecError extends Error {}

/** One value of a YAML document: what it must be is asked for, and refused with its file, line and key if it is not. */
export class YamlValue {
  private constructor(
    private readonly document: { file: string; lines: LineCounter; yaml: Document },
    private readonly node: Node | null,
    /** Where it is, e.g. `phases.build.commands[0]`; empty for the whole document. */
    readonly key: string,
    readonly line: number,
  ) {}

  static parse(file: string, text: string): YamlValue {
    const lines = new LineCounter();
    // In the failsafe schema every scalar is the text that was written: `- true` is a command, `0.2` a version.
    const yaml = parseDocument(text, { schema: "failsafe", lineCounter: lines, prettyErrors: false });
    const error = yaml.errors[0];
    if (error) {
      throw new BuildspecError(
        `${file}:${lines.linePos(error.pos[0]).line}: not valid YAML: ${error.message}`,
      );
    }
    return new YamlValue({ file, lines, yaml }, yaml.contents as Node | null, "", 1);
  }

  fail(problem: string): never {
    const subject = this.key ? `key ${this.key}` : "the buildspec";
    throw new BuildspecError(`${this.document.file}:${this.line}: ${subject} ${problem}`);
  }

  /** The entries of a mapping; a key that is not in `allowed` is refused at its own line. */
  mapping(allowed?: readonly string[]): Map<string, YamlValue> {
    const node = this.resolved();
    if (!isMap(node)) this.fail(`must be a mapping, not ${this.found()}`);
    const entries = new Map<string, YamlValue>();
    for (const { key, value } of node.items) {
      const line = this.lineOf(key as Node | null);
      if (!isScalar(key)) throw new BuildspecError(`${this.document.file}:${line}: a key must be plain text`);
      const name = String(key.value);
      const path = this.key ? `${this.key}.${name}` : name;
      const entry = new YamlValue(this.document, value as Node | null, path, line);
      if (allowed && !allowed.includes(name)) entry.fail(`is unknown; known here: ${allowed.join(", ")}`);
      entries.set(name, entry);
    }
    return entries;
  }

  list(): YamlValue[] {
    const node = this.resolved();
    if (!isSeq(node)) this.fail(`must be a list, not ${this.found()}`);
    return node.items.map((item, index) => {
      const line = this.lineOf(item as Node | null);
      return new YamlValue(this.document, item as Node | null, `${this.key}[${index}]`, line);
    });
  }

  text(): string {
    const node = this.resolved();
    if (isMap(node)) this.fail(`must be text, not a mapping (put quotes around a text that contains ": ")`);
    if (!isScalar(node)) this.fail(`must be text, not ${this.found()}`);
    return String(node.value);
  }

  texts(): string[] {
    return this.list().map((item) => item.text());
  }

  /** Text, or one of the words that YAML 1.1 has for true and false. */
  flag(): boolean {
    const text = this.text().toLowerCase();
    if (["yes", "true"].includes(text)) return true;
    if (["no", "false"].includes(text)) return false;
    return this.fail(`must be yes or no, not "${text}"`);
  }

  private resolved(): Node | null {
    return isAlias(this.node) ? (this.node.resolve(this.document.yaml) ?? null) : this.node;
  }

  private found(): string {
    const node = this.resolved();
    if (isMap(node)) return "a mapping";
    if (isSeq(node)) return "a list";
    return isScalar(node) && node.value !== "" ? `"${String(node.value)}"` : "empty";
  }

  private lineOf(node: Node | null): number {
    return node?.range ? this.document.lines.linePos(node.range[0]).line : this.line;
  }
}
