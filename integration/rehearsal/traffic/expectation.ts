import { isDeepStrictEqual } from "node:util";
import type { Expectation } from "./definition";

export const expectsStatus = ({ status = 200 }: Expectation, came: number): boolean =>
  Array.isArray(status) ? status.includes(came) : status === came;

/** Whether the body has to be looked at. */
export const expectsBody = ({ has, json }: Expectation): boolean => has !== undefined || json !== undefined;

export type AnswerHeaders = Record<string, string | string[] | undefined>;

/** What is wrong with an answer whose status is right, in a sentence; undefined when nothing is. */
export function wrongWith(expected: Expectation, headers: AnswerHeaders, body: string): string | undefined {
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    const came = headers[name.toLowerCase()];
    if (String(came ?? "") !== value)
      return came === undefined
        ? `the header ${name} is missing`
        : `the header ${name} is ${show(came)}, not ${show(value)}`;
  }
  if (!expectsBody(expected)) return undefined;
  let content: unknown;
  try {
    content = JSON.parse(body);
  } catch {
    return "the body is not JSON";
  }
  for (const field of expected.has ?? [])
    if (fieldOf(content, field) === undefined) return `the body has no "${field}"`;
  return expected.json === undefined ? undefined : unlike(content, expected.json, "");
}

const fieldOf = (content: unknown, field: string): unknown =>
  field
    .split(".")
    .reduce<unknown>(
      (inside, key) =>
        typeof inside === "object" && inside !== null ? (inside as Record<string, unknown>)[key] : undefined,
      content,
    );

/** Where a value differs from what it must hold. */
function unlike(came: unknown, expected: unknown, at: string): string | undefined {
  const where = at ? `"${at}" in the body` : "the body";
  if (came === undefined) return `the body has no "${at}"`;
  if (typeof expected !== "object" || expected === null)
    return isDeepStrictEqual(came, expected) ? undefined : `${where} is ${show(came)}, not ${show(expected)}`;
  if (typeof came !== "object" || came === null || Array.isArray(came) !== Array.isArray(expected))
    return `${where} is ${show(came)}, not ${Array.isArray(expected) ? "a list" : "an object"}`;
  if (Array.isArray(came) && Array.isArray(expected) && came.length !== expected.length)
    return `${where} has ${came.length} items, not ${expected.length}`;
  for (const [key, value] of Object.entries(expected)) {
    const problem = unlike((came as Record<string, unknown>)[key], value, at ? `${at}.${key}` : key);
    if (problem) return problem;
  }
  return undefined;
}

const show = (value: unknown) => JSON.stringify(value).slice(0, 60);
