import { type Difference, wholeResource } from "./compare";
import type { Inventory } from "./resource";
import { groupsOf } from "./shapes";

/**
 * Differences for people, with both values of each.
 *
 * @param sides what to call the two inventories
 * @returns "" when there is nothing to say
 */
export function formatDifferences(differences: Difference[], sides: [string, string]): string {
  if (differences.length === 0) return "";
  const many = differences.length === 1 ? "1 difference" : `${differences.length} differences`;
  const resources = groupsOf(differences, ({ kind, name }) => `${kind} "${name}"`);
  return [
    `${many} between ${sides[0]} and ${sides[1]}:`,
    ...[...resources].flatMap(([resource, own]) => formatResource(resource, own, sides)),
  ].join("\n");
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
