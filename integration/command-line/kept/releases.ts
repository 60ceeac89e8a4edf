import path from "node:path";
import {
  CodePipelineClient,
  ListPipelineExecutionsCommand,
  StopPipelineExecutionCommand,
} from "@aws-sdk/client-codepipeline";
import { directoryOf } from "../../../infra/definitions/common";
import { services as definitions } from "../../../infra/services";
import { root } from "../../checkout";
import { readTree, type Tree } from "../../local-aws/codepipeline/tree";
import type { BroughtUp } from "../../rehearsal/bring-up";
import { Branch } from "../../rehearsal/commits";
import { serviceOf } from "../../rehearsal/environments";
import type { ReleaseTimeline, WallMs } from "../../rehearsal/model";
import type { Progress } from "../../rehearsal/progress";
import { Rates } from "../../rehearsal/rates";
import { Rehearsal } from "../../rehearsal/rehearsal";
import { loadTraffic } from "../../rehearsal/traffic/load";
import { judge, type Verdict } from "../../rehearsal/verdict";
import { answeringVersions } from "./answering";
import { changedStackFiles, hasChanged } from "./not-released";
import { pipelineOf } from "./standing";
import { urlsOf, type Urls } from "./urls";

/** What became of the working tree in staging. */
export interface ReleaseAgain {
  verdict: Verdict;
  timeline: ReleaseTimeline;
  /** From the question to the answer. */
  wallMs: WallMs;
  urls: Urls;
  /** What has changed in the working tree and did not go with it. */
  notReleased: string[];
  /** Other services that have changed since they were released. */
  otherServices: string[];
}

export interface ReleasesOptions {
  broughtUp: BroughtUp;
  /** The services of the rehearsal, in the order of the list. */
  services: readonly string[];
  ratePerSecond: number;
  /** The working tree that the stacks were made from. */
  tree: Tree;
}

/** Releases the working tree to staging of a kept local AWS, as often as it is asked to. */
export class Releases {
  /** What the next one waits for: one whose caller has gone still ends what it is at. */
  private last: Promise<unknown> = Promise.resolve();
  /** What each service was released from last, besides the rehearsal. */
  private readonly released = new Map<string, Tree>();

  constructor(private readonly options: ReleasesOptions) {}

  /** @throws when there is no such service, its pipeline is busy, or nobody waits any more */
  async release(asked: { service?: string }, progress: Progress, signal: AbortSignal): Promise<ReleaseAgain> {
    const service = this.chosen(asked.service);
    const begun = Date.now();
    const before = this.last;
    let ended: () => void = () => undefined;
    this.last = before.then(() => new Promise<void>((resolve) => (ended = resolve)));
    const waiting = setTimeout(() => progress.step("waits for the release before it"), 500);
    await before;
    clearTimeout(waiting);
    let rehearsal: Rehearsal | undefined;
    try {
      signal.throwIfAborted();
      const { environments } = this.options.broughtUp;
      const busy = await pipelineOf(this.options.broughtUp.local.aws, environments.staging, service);
      if (busy.running)
        throw new Error(`${busy.name} is at work: wait until \`npx greenroom status\` says that it is not`);
      const tree = await readTree(root);
      rehearsal = await this.start(service, tree, progress);
      const clients = rehearsal;
      progress.status(() => clients.statusLine());
      // Whoever has gone needs no clients, and no release.
      const giveUp = () => Promise.all([clients.stop(), this.stopPipeline(service)]).catch(() => undefined);
      signal.addEventListener("abort", () => void giveUp(), { once: true });
      const { staging } = await rehearsal.releaseToStaging({ message: "The working tree" });
      signal.throwIfAborted();
      this.released.set(service, tree);
      const verdict = judge(await rehearsal.facts(staging));
      return {
        verdict,
        timeline: staging.timeline,
        wallMs: Date.now() - begun,
        urls: this.urlsOf(service),
        notReleased: changedStackFiles(this.options.tree, tree, definitions),
        otherServices: definitions
          .filter((one) => one.name !== service)
          .filter((one) => hasChanged(this.released.get(one.name) ?? this.options.tree, tree, one))
          .map(({ name }) => name),
      };
    } finally {
      await rehearsal?.stop().catch(() => undefined);
      ended();
    }
  }

  private chosen(asked: string | undefined): string {
    const { broughtUp, services } = this.options;
    const names = Object.keys(broughtUp.environments.staging.services);
    const service = asked ?? services[0] ?? names[0] ?? "";
    if (!names.includes(service))
      throw new Error(`--service ${service}: the local AWS has no such service; it has ${names.join(", ")}`);
    return service;
  }

  /** Lets the pipeline end what it is at, and do nothing more: what is half deployed would be in the next one's way. */
  private async stopPipeline(service: string): Promise<void> {
    const { local, environments } = this.options.broughtUp;
    const { pipelineName } = serviceOf(environments.staging, service);
    const client = local.aws.client(CodePipelineClient, environments.staging.identity);
    const { pipelineExecutionSummaries = [] } = await client.send(
      new ListPipelineExecutionsCommand({ pipelineName }),
    );
    for (const { pipelineExecutionId, status } of pipelineExecutionSummaries)
      if (status === "InProgress")
        await client.send(
          new StopPipelineExecutionCommand({
            pipelineName,
            pipelineExecutionId,
            reason: "nobody waits for it",
          }),
        );
  }

  private urlsOf(service: string): Urls {
    const { local, environments } = this.options.broughtUp;
    return urlsOf(local, environments.staging, service);
  }

  /** Clients, and a branch that has the working tree: the next commit starts the service's own pipeline only. */
  private async start(service: string, tree: Tree, progress: Progress): Promise<Rehearsal> {
    const { broughtUp, ratePerSecond } = this.options;
    const { local, environments, repository } = broughtUp;
    const directory = directoryOf({ name: service });
    forgetModules(path.join(root, directory, "rehearsal"));
    const answering = await answeringVersions(
      this.urlsOf(service).plain,
      loadTraffic(root, directory).staging,
    );
    const [serving = "", ...others] = answering.keys();
    if (serving === "" || others.length > 0)
      throw new Error(
        `${service} in staging is not whole: its answers are from ${[...answering.keys()].map((one) => one || "nobody").join(" and ")}; see \`npx greenroom status\``,
      );
    const branch = new Branch(local.sources, repository, tree);
    return Rehearsal.start({
      local,
      environments,
      service,
      directory,
      branch,
      rates: new Rates(ratePerSecond),
      serving,
      progress,
    });
  }
}

/** What is loaded from a folder is read again the next time. */
function forgetModules(folder: string): void {
  for (const file of Object.keys(require.cache))
    if (file.startsWith(folder + path.sep)) require.cache[file] = undefined;
}
