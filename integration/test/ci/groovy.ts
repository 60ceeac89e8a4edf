import { Language, Parser, type Node } from "web-tree-sitter";

/** A statement of a Jenkinsfile: `name 'argument', key: value { body }`, or `name = 'argument'`. */
export interface Statement {
  name: string;
  /** Strings without their quotes; anything else as it is written. */
  args: string[];
  named: Record<string, string>;
  /** If it has a block. */
  body?: Statement[];
  line: number;
}

/** The statements of a Groovy file. Refuses what is no Groovy, and what is none of the statements above. */
export async function readGroovy(content: string): Promise<Statement[]> {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(require.resolve("tree-sitter-groovy/tree-sitter-groovy.wasm")));
  const tree = parser.parse(content);
  if (!tree) throw new Error("nothing was parsed");
  try {
    const wrong = tree.rootNode.hasError ? firstError(tree.rootNode) : undefined;
    if (wrong) throw new Error(`line ${lineOf(wrong)}: not Groovy: ${wrong.text.slice(0, 80)}`);
    return statements(tree.rootNode);
  } finally {
    tree.delete();
    parser.delete();
  }
}

const lineOf = (node: Node) => node.startPosition.row + 1;
const children = (node: Node) => node.namedChildren.filter((child) => child !== null);

const firstError = (node: Node): Node | undefined =>
  node.isError || node.isMissing
    ? node
    : node.children.flatMap((child) => (child?.hasError ? (firstError(child) ?? []) : []))[0];

function statements(block: Node): Statement[] {
  return children(block).flatMap((node) => (node.type.endsWith("comment") ? [] : [statement(node)]));
}

function statement(node: Node): Statement {
  const line = lineOf(node);
  const call = node.type === "expression_statement" ? node.firstNamedChild : node;
  if (call?.type === "assignment_expression") {
    const [left, right] = children(call);
    if (left && right) return { name: left.text, args: [value(right)], named: {}, line };
  }
  const name = call?.childForFieldName("name")?.text;
  if (!call || name === undefined || !/^(method_invocation|juxt_function_call)$/.test(call.type))
    throw new Error(`line ${line}: not a statement of a Jenkinsfile: ${node.text.slice(0, 80)}`);
  const list = call.childForFieldName("arguments") ?? call.childForFieldName("args");
  const given = list ? children(list) : [];
  const body = call.childForFieldName("body");
  return {
    name,
    args: given.filter(({ type }) => type !== "map_item").map(value),
    named: Object.fromEntries(given.filter(({ type }) => type === "map_item").map(entry)),
    body: body ? statements(body) : undefined,
    line,
  };
}

function entry(item: Node): [string, string] {
  const [key, given] = children(item);
  if (!key || !given) throw new Error(`line ${lineOf(item)}: not a named argument: ${item.text}`);
  return [key.text, value(given)];
}

const value = (node: Node) => /^('''|"""|'|")([^]*)\1$/.exec(node.text)?.[2] ?? node.text;
