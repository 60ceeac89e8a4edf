import assert from "node:assert/strict";
import { services } from "../../../infra/services";
import { allOf, root } from "../../checkout";
import type { Change, Outcome } from "../../provision/engine";
import type { Rehearsal } from "../../rehearsal/rehearsal";
import type { PastRelease } from "../../rehearsal/release";
import { readIncidents } from "../../rehearsal/incidents/incident";
import { patched } from "../../rehearsal/incidents/patch";
import { judge, type Verdict } from "../../rehearsal/verdict";
import {
  compareInventories,
  formatDifferences,
  formatInventory,
  withoutDefaults,
} from "../../provision/inventory";
import { versionOf } from "../../rehearsal/commits";
import { originOf, serviceOf, type Environment, type EnvironmentName } from "../../rehearsal/environments";
import { findExecution, follow } from "../../rehearsal/follow";
import { readTree } from "../../local-aws/codepipeline/tree";
import { progressOn } from "../../rehearsal/progress";
import { descendants } from "../command";
import { checkArguments } from "./arguments";
import { programWithSecond } from "./arguments-edit";
import { directHoldings, type Holdings } from "./parity";
import { eventually, serving, weights } from "./running-service";
import { environmentNames, onBoth, startWorld, type World } from "./world";

/** For a release that has to have succeeded so far: says where it ended when it has not. */
function reached(release: PastRelease | undefined, staging: PastRelease): PastRelease {
  const { status, actions } = staging.timeline;
  const failed = actions.find((action) => action.status === "Failed");
  assert.ok(release && status === "Succeeded", `${failed?.stage ?? status}: ${failed?.error ?? ""}`);
  return release;
}

/** What changed, as a person would say it. */
const told = (changes: Change[]) => changes.map(({ op, name }) => `${op} ${name}`).sort();

/** An update of one resource of each service. */
const updateAll = (...resources: string[]) =>
  services.flatMap(({ name }) => resources.map((resource) => `update ${name}-${resource}`));

const templates = "update trivia-api-templates";

/**
 * The life of both stacks under the real engine, from the first `up` to `destroy`, under clients that never stop.
 * One story: each step stands on those before it.
 */
describe("both stacks under the real Pulumi engine", function () {
  // No less than one operation of the engine may take.
  this.timeout(600_000);
  this.bail(true);
  let world: World;
  let rehearsal: Rehearsal;
  let holdings: Promise<Holdings>;
  /** The program with a second service. Every commit has the service's folder, which is nobody's until then. */
  let withSecond: string;
  let adding: { before: Awaited<ReturnType<typeof serving>>; done: Promise<Outcome> };
  const releases: { name: "staging" | "prod"; release: PastRelease; bad?: boolean }[] = [];

  before(async () => {
    world = await startWorld();
    withSecond = await programWithSecond(world.folder, "quiz-api");
    holdings = directHoldings(world);
    // Whoever awaits it hears of it.
    holdings.catch(() => undefined);
  });
  after(async () => {
    await holdings?.catch(() => undefined);
    await world?.close();
  });

  /** With a look at what is really there first. */
  const previewsNothing = async (name: EnvironmentName) =>
    assert.deepEqual(told((await world.stacks[name].preview({ refresh: true })).changes), [], name);

  /** An update that does not concern who serves: no traffic moves, no weight is reset. Gives what changed. */
  const movesNothing = async (name: EnvironmentName, config: Record<string, unknown>) => {
    const { local, environments, stacks } = world;
    const traffic = async () => ({
      weights: await weights(local, environments[name]),
      revision: (await serving(local, environments[name])).revision,
    });
    const before = await traffic();
    stacks[name] = stacks[name].withConfig(config);
    const { changes } = await stacks[name].up({ refresh: true });
    assert.deepEqual(await traffic(), before, `${name}: traffic moved, or a canary ended`);
    return changes;
  };
  const changesLogsOnly = async (name: EnvironmentName, days: number) => {
    const changes = await movesNothing(name, { "greenroom:logRetentionDays": days });
    assert.ok(changes.length > 0);
    assert.deepEqual(
      told(changes.filter(({ op, type }) => op !== "update" || type !== "aws:cloudwatch/logGroup:LogGroup")),
      [],
    );
  };

  it("come up, and a preview and a refresh right after see nothing to do", async () => {
    const preview = await onBoth((name) => world.stacks[name].preview());
    const drift = await onBoth((name) => world.stacks[name].drift());
    for (const name of environmentNames) {
      assert.ok(preview[name].resources > 60, `${name} has only ${preview[name].resources} resources`);
      assert.deepEqual(told(preview[name].changes), [], name);
      assert.deepEqual(told(drift[name].changes), [], name);
    }
  });

  it("are what direct provisioning makes, resource by resource, attribute by attribute", async () => {
    const { fresh, direct } = await holdings;
    for (const name of environmentNames) {
      const own = withoutDefaults(await world.inventory(name), fresh[name]);
      assert.ok(own.length > 40, `${name} holds only ${own.length} resources`);
      const differences = compareInventories(withoutDefaults(direct[name], fresh[name]), own);
      assert.equal(formatDifferences(differences, ["directly", "by the engine"]), "");
    }
  });

  it("say beforehand how every argument's change arrives, as the documentation lists it", async () => {
    assert.ok((await checkArguments({ stacks: world.stacks, folder: world.folder })) > 5);
  });

  it("need no change after a release", async () => {
    rehearsal = await world.startClients(withSecond);
    const { staging, prod } = await rehearsal.release({ message: "The working tree" });
    releases.push({ name: "staging", release: staging }, { name: "prod", release: reached(prod, staging) });
    await onBoth(previewsNothing);
  });

  it("take another number of tasks, another threshold and another log retention in place, and move no traffic", async () => {
    const { local, environments } = world;
    const [changes] = await Promise.all([
      movesNothing("staging", {
        "greenroom:services": { "trivia-api": { desiredCount: 3 } },
        "greenroom:alarms": { target5xxPerMinute: 7 },
      }),
      changesLogsOnly("prod", 90),
    ]);
    assert.deepEqual(
      told(changes),
      ["update trivia-api-service", ...updateAll("target-5xx-blue", "target-5xx-green")].sort(),
    );
    await eventually(
      "three tasks",
      20_000,
      async () => (await serving(local, environments.staging)).runningCount === 3,
    );
  });

  it("take a changed template to the running service through a release only", async () => {
    const { local, environments, stacks } = world;
    const before = await serving(local, environments.staging);
    const variable = {
      "greenroom:services": { "trivia-api": { desiredCount: 3, environment: { MOTTO: "slowly" } } },
    };
    stacks.staging = stacks.staging.withConfig(variable);
    const { changes } = await stacks.staging.up();
    // That nothing reaches the service by itself is seen in production, whose pipeline waits for an approval.
    assert.deepEqual(told(changes), [templates]);
    const release = await rehearsal.releaseTemplates("staging");
    // Staging promotes what passed its tests, whatever started it.
    const prod = await rehearsal.releaseToProd(release.intended);
    releases.push({ name: "staging", release }, { name: "prod", release: reached(prod, prod) });
    const now = await serving(local, environments.staging);
    assert.notEqual(now.revision, before.revision);
    assert.equal(now.variables["MOTTO"], "slowly");
  });

  it("leave a canary alone: a preview in its middle is empty, and an unrelated update moves no traffic", async () => {
    const { local, environments, stacks } = world;
    // Long enough for the engine to do its work meanwhile, which was 157 s on a busy machine: eight hours are 288 s here.
    stacks.prod = stacks.prod.withConfig({
      "greenroom:deployment": {
        canaryPercent: 10,
        canaryInterval: "480 minutes",
        terminationWait: "5 minutes",
      },
      "greenroom:services": { "trivia-api": { desiredCount: 2, environment: { MOTTO: "slowly" } } },
    });
    const before = await serving(local, environments.prod);
    const { changes } = await stacks.prod.up();
    assert.deepEqual(
      told(changes),
      [
        ...services.map(({ name }) => `replace ${name}-deployment-config`),
        ...updateAll("action-deploy-policy", "deployment-group"),
        templates,
      ].sort(),
    );
    const after = await serving(local, environments.prod);
    assert.deepEqual([after.revision, after.variables["MOTTO"]], [before.revision, undefined]);

    const released = rehearsal.releaseTemplates("prod");
    const canary = async () =>
      Object.values(await weights(local, environments.prod))
        .sort()
        .join() === "10,90";
    await Promise.race([eventually("the canary", 60_000, canary), released]);
    assert.deepEqual(told((await stacks.prod.preview({ refresh: true })).changes), []);
    await changesLogsOnly("prod", 60);
    assert.ok(await canary(), "the canary was over before the engine was through");

    // The canary goes on for a while, and the provider waits a minute for a load balancer: staging gets the second
    // service of the next step.
    adding = {
      before: await serving(local, environments.staging),
      done: stacks.staging.withProgram(withSecond).up(),
    };
    // Whoever awaits it hears of it.
    adding.done.catch(() => undefined);

    const release = await released;
    releases.push({ name: "prod", release: reached(release, release) });
    assert.equal((await serving(local, environments.prod)).variables["MOTTO"], "slowly");
    await previewsNothing("prod");
  });

  it("take in a second service and let it go again, and leave the first alone", async () => {
    const { local, environments, stacks } = world;
    const both = stacks.staging.withProgram(withSecond);
    const added = await adding.done;
    assert.ok(added.changes.length > 40);
    assert.deepEqual(
      told(added.changes.filter(({ op, name }) => op !== "create" || !name.startsWith("quiz-api"))),
      [],
    );

    // Its pipeline runs at its creation, for what is in the repository.
    const services = added.outputs.services as Environment["services"];
    const staging = { ...environments.staging, services };
    const quiz = serviceOf(staging, "quiz-api");
    const { repository, branch } = world.repository;
    const commitId = local.sources.head(repository, branch)?.commitId ?? "";
    const execution = await findExecution(local.aws, staging, quiz.pipelineName, commitId);
    const { actions } = await follow(local.aws, staging, quiz.pipelineName, execution, {
      progress: progressOn(),
      alarmNames: quiz.alarmNames,
    });
    assert.deepEqual(
      actions.map(({ action, status }) => `${action} ${status}`),
      // There is no such service in prod.
      [
        "Source Succeeded",
        "Templates Succeeded",
        "Build Succeeded",
        "Deploy Succeeded",
        "IntegrationTests Succeeded",
        "Promote Failed",
      ],
    );
    const answer = await fetch(`${originOf(local, quiz)}/health`);
    assert.deepEqual([answer.status, answer.headers.get("x-service-version")], [200, versionOf(commitId)]);
    assert.deepEqual(told((await both.preview({ refresh: true })).changes), []);

    await assert.rejects(stacks.staging.preview(), /cannot be deleted\s+because it is protected/);
    const own = both.config["greenroom:services"] as object;
    const mayGo = both.withConfig({ "greenroom:services": { ...own, "quiz-api": { protect: false } } });
    assert.deepEqual(told((await mayGo.up()).changes), [
      "update quiz-api-artifacts-bucket",
      "update quiz-api-load-balancer",
      "update quiz-api-repository",
    ]);
    // Beside it, production gets back to short canaries, for the next step, and an alarm that hears so few clients.
    stacks.prod = stacks.prod.withConfig({
      "greenroom:alarms": { target5xxPerMinute: 1 },
      "greenroom:deployment": {
        canaryPercent: 10,
        canaryInterval: "10 minutes",
        terminationWait: "5 minutes",
      },
    });
    const [removed] = await allOf([stacks.staging.up(), stacks.prod.up()]);
    assert.deepEqual(
      told(removed.changes),
      told(added.changes.map((change) => ({ ...change, op: "delete" }))),
    );
    assert.deepEqual(await serving(local, environments.staging), adding.before);
    await previewsNothing("staging");
  });

  it("need no change after a rollback", async () => {
    const incidents = readIncidents(root, "services/trivia-api");
    const { patch } = incidents.find(({ id }) => id === "bad-release") ?? {};
    const change = await patched(await readTree(root), patch?.text ?? "", patch?.file ?? "");
    const bad = await rehearsal.releaseToStaging({
      message: "Forget players from before there were scores",
      change,
    });
    releases.push({ name: "staging", release: reached(bad.staging, bad.staging) });
    const badProd = await rehearsal.releaseToProd(bad.version);
    releases.push({ name: "prod", release: badProd, bad: true });
    assert.equal(badProd.timeline.status, "Failed");
    // Staging takes the fix meanwhile.
    const fixing = rehearsal.releaseToStaging({ message: "Remember them again" });
    const judging = previewsNothing("prod").then(() => changesLogsOnly("prod", 120));
    const [fix] = await allOf([fixing, judging]);
    releases.push({ name: "staging", release: reached(fix.staging, fix.staging) });
    releases.push({ name: "prod", release: await rehearsal.releaseToProd(fix.version) });
    await previewsNothing("prod");
  });

  it("failed no client's request in all that time, but for the bad version's in its canary", async () => {
    const recordings = await rehearsal.stop();
    const verdicts: Verdict[] = [];
    for (const { name, release } of [...releases].reverse()) {
      const next = verdicts.find(({ environment }) => environment === name);
      verdicts.unshift(judge(await rehearsal.facts(release, next)));
    }
    assert.deepEqual(
      verdicts.map(({ environment, outcome }) => `${environment} ${outcome}`),
      releases.map(({ name, bad }) => `${name} ${bad ? "contained" : "safe"}`),
      JSON.stringify(verdicts.flatMap(({ claims }) => claims.filter(({ holds }) => !holds))),
    );
    const badVersion = releases.find(({ bad }) => bad)?.release.intended;
    for (const name of environmentNames) {
      const { count, outcome, version, versions } = recordings[name];
      // An environment at rest gets 30 a second, and most of the time both are.
      assert.ok(count > 5_000, `${name}: only ${count} requests`);
      const failed = Array.from({ length: count }, (_, i) => i).filter((i) => outcome[i] !== 0);
      const by = new Set(failed.map((i) => versions[version[i] ?? 0]));
      assert.deepEqual([...by], name === "prod" ? [badVersion] : [], name);
    }
  });

  it("keep what serves traffic when somebody destroys them by mistake, and go when that is meant", async () => {
    const { stacks, local, environments } = world;
    const listeners = environmentNames.map(
      (name) => serviceOf(environments[name], "trivia-api").productionListenerArn,
    );
    const tasks = () => descendants(process.pid).filter(({ command }) => command.endsWith("dist/main.js"));
    assert.ok(tasks().length >= 5, "tasks are processes of this one's");
    await assert.rejects(stacks.prod.previewDestroy(), /cannot be deleted\s+because it is protected/);
    await onBoth(async (name) => {
      const mayGo = stacks[name].withConfig({ "greenroom:protect": false });
      const { changes } = await mayGo.up();
      // Nothing has gone yet that would have to be made again.
      assert.ok(changes.length > 0);
      assert.deepEqual(told(changes.filter(({ op }) => op !== "update")), []);
      await mayGo.destroy();
    });
    const { fresh } = await holdings;
    for (const name of environmentNames) {
      const left = withoutDefaults(await world.inventory(name), fresh[name]);
      // Revisions of a task definition cannot be deleted before they are deregistered, and the pipelines' are history.
      // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister-task-definition-v2.html
      const others = left.filter(({ kind }) => kind !== "task definition");
      assert.deepEqual(others, [], formatInventory(others));
      assert.ok(left.length > 1);
    }
    const addresses = listeners.map((arn) => local.loadBalancing.listenerAddress(arn));
    assert.deepEqual(addresses, [undefined, undefined]);
    assert.deepEqual(tasks(), []);
  });

  it("sent nothing out of this machine", async function () {
    assert.deepEqual(world.complaints, []);
    const { loopback, outside } = (await world.connections?.()) ?? this.skip();
    assert.ok(loopback > 100);
    // A service's build downloads its packages where no cache has them yet, as on AWS.
    assert.deepEqual(
      outside.filter(({ command }) => command !== "npm ci"),
      [],
    );
  });
});
