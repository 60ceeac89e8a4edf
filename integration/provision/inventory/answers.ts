import { AwsCallError } from "../direct/session";

/** All pages of a paginator of the SDK. */
export async function pages<Page, T>(
  paginator: AsyncIterable<Page>,
  pick: (page: Page) => T[] | undefined,
): Promise<T[]> {
  const all: T[] = [];
  for await (const page of paginator) all.push(...(pick(page) ?? []));
  return all;
}

/** All pages of an operation that the SDK has no paginator for. `get` is called until it gives no token. */
export async function tokens<Token, T>(
  get: (token: Token | undefined) => Promise<[items: T[] | undefined, next: Token | undefined]>,
): Promise<T[]> {
  const all: T[] = [];
  let token: Token | undefined;
  do {
    const [items, next] = await get(token);
    all.push(...(items ?? []));
    token = next;
  } while (token !== undefined && token !== "");
  return all;
}

/** `ask`'s answer, or undefined when AWS says with one of these errors that there is none. */
export async function unlessAbsent<T>(ask: Promise<T>, ...codes: string[]): Promise<T | undefined> {
  try {
    return await ask;
  } catch (error) {
    if (error instanceof AwsCallError && codes.includes(error.cause.name)) return undefined;
    throw error;
  }
}

/** Every item's resources, all asked for at once. */
export const each = async <T, R>(items: T[], read: (item: T) => Promise<R[]>): Promise<R[]> =>
  (await Promise.all(items.map(read))).flat();

/** `list` in parts of at most `size`, as operations on batches take them. */
export const batches = <T>(list: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
