import path from "node:path";
import { root, venv } from "../../checkout";
import { startLocalAws } from "../../local-aws/local-aws";
import { provisionDirect } from "../../provision/direct";
import { takeInventory, type Inventory } from "../../provision/inventory";
import type { EnvironmentName } from "../../rehearsal/environments";
import { onBoth, type World } from "./world";

/** What accounts hold, by environment. */
export interface Holdings {
  /** Before anything was brought up. */
  fresh: Record<EnvironmentName, Inventory>;
  /** With both stacks brought up directly, on the network that the engine's have. */
  direct: Record<EnvironmentName, Inventory>;
}

/** Brings both stacks up directly on a local AWS of their own, and reads what it holds before and after. */
export async function directHoldings({ environments, stacks, folder }: World): Promise<Holdings> {
  const local = await startLocalAws({
    speed: 200,
    port: 0,
    venv,
    containers: "process",
    keepFolder: path.join(folder, "direct"),
    warn: (message) => process.stderr.write(`${message}\n`),
  });
  try {
    const { endpoint } = local.aws;
    const take = (name: EnvironmentName) => takeInventory(endpoint, environments[name].identity);
    const fresh = await onBoth(take);
    await onBoth((name) =>
      provisionDirect({
        stack: name,
        programFolder: root,
        endpoint,
        account: environments[name].identity.account,
        config: { "greenroom:network": stacks[name].config["greenroom:network"] },
        log: (line) => process.stderr.write(`${line}\n`),
      }),
    );
    return { fresh, direct: await onBoth(take) };
  } finally {
    await local.close();
  }
}
