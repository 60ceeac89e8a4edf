import { type Comparison, type Difference, wholeResource } from "./compare";
import type { Inventory } from "./resource";
import { groupsOf } from "./shapes";

/**
 * A comparison for people: every difference with both values, and reasons that were not needed.
 *
 * @param sides what to call the two inventories
 * @returns "" when there is nothing to say
 */
export function formatComparison({ differences, unused }: Comparison, sides: [string, string]): string {
  const lines: string[] = [];
  if (differences.length > 0) {
    const many = differences.length === 1 ? "1 difference" : `${differences.length} differences`;
    lines.push(`${many} between ${sides[0]} and ${sides[1]}:`);
    const resources = groupsOf(differences, ({ kind, name }) => `${kind} "${name}"`);
    for (const [resource, own] of resources) lines.push(...formatResource(resource, own, sides));
  }
  if (unused.length > 0) {
    lines.push("reasons that explain no difference (remove them):");
    for (const { kind, name, path, why } of unused) {
      lines.push(`  ${kind}${name === undefined ? "" : ` "${name}"`} ${path}: ${why}`);
    }
  }
  return lines.join("\n");
}

function formatResource(
  resource: string,
  differences: Difference[],
  [sideA, sideB]: [string, string],
): string[] {
  const width = Math.max(sideA.length, sideB.length) + 1;
  return differences.flatMap(({ path, a, b }, i) => {
    if (path === wholeResource) return [`  ${resource}: only in ${a === undefined ? sideB : sideA}`];
    return [
      ...(i === 0 ? [`  ${resource}`] : []),
      `    ${path}`,
      `      ${`${sideA}:`.padEnd(width)} ${formatValue(a)}`,
      `      ${`${sideB}:`.padEnd(width)} ${formatValue(b)}`,
    ];
  });
}

const longest = 300;

function formatValue(value: unknown): string {
  const text = value === undefined ? "(none)" : JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest)}… (${text.length} characters)` : text;
}

/** An inventory for people, one resource a line, such as what a stack that was destroyed left behind. */
export const formatInventory = (inventory: Inventory): string =>
  inventory.map(({ kind, name, id }) => `${kind} "${name}"${id === name ? "" : ` (${id})`}`).join("\n");
