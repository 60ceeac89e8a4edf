import { Session } from "../direct/session";
import { each } from "./answers";
import { resolve } from "./resolve";
import type { Inventory } from "./resource";
import { services } from "./services";

export { compareInventories } from "./compare";
export type { Difference } from "./compare";
export { withoutDefaults } from "./defaults";
export { formatDifferences, formatInventory } from "./format";
export type { Inventory, Resource } from "./resource";

/**
 * Everything of a stack's kinds that an account holds in a region of a local AWS, read through AWS's own API. What runs
 * at the moment (tasks, targets, images, executions) is not in it.
 *
 * @param endpoint the gateway: `http://127.0.0.1:PORT`
 */
export async function takeInventory(
  endpoint: string,
  { account, region }: { account: string; region: string },
): Promise<Inventory> {
  const aws = new Session(endpoint, account, region);
  try {
    const found = await each(services, (service) => service.read(aws));
    return resolve(found, { [new URL(endpoint).host]: "<local AWS>" });
  } finally {
    aws.close();
  }
}
