import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync } from "node:fs";
import path from "node:path";
import { root, stackSettings, venv } from "../../checkout";
import { startLocalAws, type LocalAws } from "../../local-aws/local-aws";
import { provisionDirect } from "../direct";
import { engineMissing } from "../engine";
import { localSettings } from "../engine/environment";
import { existingNetwork } from "../existing-network";
import { CommandError, StockCommandLine } from "./stock-command-line";

const { accounts, regions } = stackSettings();
const environmentNames = ["staging", "prod"] as const;

/** Why these tests are not run, or undefined. */
const notRun = engineMissing();

describe(`the stock command line${notRun ? ` (not run: ${notRun})` : ""}`, function () {
  this.timeout(240_000);
  this.slow(60_000);
  let local: LocalAws;
  let stock: StockCommandLine;
  /** Of the local AWS, which refuses what would leave the machine. */
  const complaints: string[] = [];

  before(async function () {
    if (notRun) return this.skip();
    local = await startLocalAws({
      speed: 100,
      port: 0,
      venv,
      containers: "process",
      keepFolder: path.join(root, ".greenroom", "stock"),
      warn: (message) => complaints.push(message),
    });
    stock = await StockCommandLine.clone(local.aws.endpoint);
  });
  after(async () => {
    stock?.close();
    await local?.close();
    assert.deepEqual(complaints, []);
  });

  for (const stack of environmentNames) {
    const account = accounts[stack];
    it(`previews ${stack} from a clone: what direct provisioning creates from the same entry point`, async () => {
      await stock.pulumi(account, "stack", "init", stack);
      const values = Object.entries(await settings(stack)).flatMap((pair) => ["--plaintext", pair.join("=")]);
      await stock.pulumi(account, "config", "set-all", "--stack", stack, "--path", ...values);
      const preview = JSON.parse(
        await stock.pulumi(account, "preview", "--stack", stack, "--json"),
      ) as Preview;

      const errors = preview.diagnostics?.filter(({ severity }) => severity === "error");
      assert.deepEqual(errors ?? [], []);
      const steps = preview.steps.map((step) => ({ ...step, ...partsOf(step.urn) }));
      assert.deepEqual(preview.changeSummary, { create: steps.length });
      assert.ok(steps.length > 90, `${steps.length} resources`);

      const provider = `urn:pulumi:${stack}::greenroom::pulumi:providers:aws::aws`;
      assert.ok(steps.some(({ urn }) => urn === provider));
      const inAws = steps.filter(({ type }) => type.startsWith("aws:"));
      assert.deepEqual(
        inAws
          .filter(({ newState }) => !newState?.provider?.startsWith(`${provider}::`))
          .map(({ urn }) => urn),
        [],
        "the program's own provider makes every resource, no default one",
      );

      const created: string[] = [];
      await provisionDirect({
        stack,
        programFolder: stock.folder,
        endpoint: local.aws.endpoint,
        account,
        log: () => undefined,
        progress: ({ type, name }) => created.push(`${type} ${name}`),
      });
      assert.deepEqual(
        inAws.map(({ type, name }) => `${type} ${name}`).sort(),
        created.filter((line) => line.startsWith("aws:")).sort(),
      );
    });
  }

  it("says where the program has a mistake, and plans nothing of it", async () => {
    appendFileSync(path.join(stock.folder, "infra", "index.ts"), 'export const mistake: number = "text";\n');
    await assert.rejects(stock.pulumi(accounts.prod, "preview", "--stack", "prod"), (error: Error) => {
      assert.ok(error instanceof CommandError);
      assert.match(error.message, /index\.ts\(\d+,\d+\): error TS2322/);
      assert.doesNotMatch(error.message, /\+ +aws:/);
      return true;
    });
  });

  it("leaves no folder and no process", () => {
    stock.close();
    assert.ok(!existsSync(stock.home));
    // With their environments, which name the home and are nobody's business in a report.
    const processes = execFileSync("ps", ["axeww"], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
    const left = processes.split("\n").filter((line) => line.includes(stock.home));
    assert.deepEqual(
      left.map((line) => line.trim().split(/\s+/).slice(0, 6).join(" ")),
      [],
    );
  });

  /** The base's own network, as awsx, which would make one, is a plugin; and what any local AWS needs. */
  async function settings(stack: "staging" | "prod"): Promise<Record<string, unknown>> {
    const network = await existingNetwork(local.aws, local.aws.root(accounts[stack], regions[stack]));
    const paths = Object.entries(network).flatMap(([key, value]: [string, string | string[]]) =>
      Array.isArray(value)
        ? value.map((one, i): [string, string] => [`greenroom:network.${key}[${i}]`, one])
        : [[`greenroom:network.${key}`, value] as [string, string]],
    );
    return { ...Object.fromEntries(paths), ...localSettings };
  }
});

/** As much as is looked at of what `pulumi preview --json` prints. */
interface Preview {
  steps: { op: string; urn: string; newState?: { provider?: string } }[];
  diagnostics?: { severity: string; message: string }[];
  changeSummary: Record<string, number>;
}

/** @see https://www.pulumi.com/docs/iac/concepts/resources/names/#urns */
function partsOf(urn: string): { type: string; name: string } {
  const [, , types = "", name = ""] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name };
}
