import { HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { root } from "../checkout";
import type { LocalAws } from "../local-aws/local-aws";
import { boundOf } from "./bound";
import { watchedRequests } from "./claims";
import { versionOf, type Branch } from "./commits";
import {
  environmentNames,
  originOf,
  serviceOf,
  type Environment,
  type EnvironmentName,
} from "./environments";
import { propagationMs, type ReleaseFacts } from "./facts";
import { findExecution, follow, type Decision } from "./follow";
import { imageVersion, withNames } from "./image-version";
import { explain } from "./last-words";
import { awsTime, clockMapping, wallTime, type AwsMs, type ClockMapping } from "./model";
import { beginOf, endOf } from "./periods";
import { Pacer, partOf } from "./pace";
import { Processors } from "./processors";
import type { Progress } from "./progress";
import { startSharing, type Rates, type SharingClients } from "./rates";
import { servingAfter, type PastRelease, type Release, type ReleaseRequest } from "./release";
import { releaseSettings } from "./release-settings";
import { runningImage } from "./running-image";
import type { Recording } from "./traffic/clients";
import { clientsLine } from "./traffic/clients-line";
import { loadTraffic, withHeaders } from "./traffic/load";
import type { Verdict } from "./verdict";

export interface RehearsalOptions {
  local: LocalAws;
  environments: Record<EnvironmentName, Environment>;
  service: string;
  /** The service's folder. */
  directory: string;
  branch: Branch;
  /** What its clients get a share of. */
  rates: Rates;
  /** Fixes in which order clients send what. @default 0 */
  seed?: number;
  /** The version that holds all traffic already. @default what stands in for the service before its first release */
  serving?: string;
  /**
   * It is released only so that it stands, and all traffic proves it from then on: its canary is not slowed for evidence.
   * @default false
   */
  stands?: boolean;
  progress: Progress;
}

/** Both environments under live traffic, and releases of one service to them. */
export class Rehearsal {
  private readonly releases: Record<EnvironmentName, PastRelease[]> = { staging: [], prod: [] };
  private readonly processors = new Processors();
  /** Versions by what the load balancer calls them. */
  private readonly names = new Map<string, string>();
  private recordings?: Promise<Record<EnvironmentName, Recording>>;

  private constructor(
    private readonly options: RehearsalOptions,
    private readonly traffic: Record<EnvironmentName, SharingClients>,
  ) {}

  /** Starts the clients of both environments. */
  static async start(options: RehearsalOptions): Promise<Rehearsal> {
    const { local, environments, service, directory, rates, seed } = options;
    const traffic = loadTraffic(root, directory);
    const start = (name: EnvironmentName) =>
      startSharing(rates, {
        name,
        origin: originOf(local, serviceOf(environments[name], service)),
        seed,
        // Bounded, but longer than any rehearsal, which is an hour of work and half a day of AWS's waits at most: without
        // clients, no alarm would stop a bad release.
        maxSeconds: 7200 + (12 * 3600) / local.aws.clock.fastest,
        ...withHeaders(traffic[name], local.loadBalancing.clientHeaders),
      });
    const [staging, prod] = await Promise.all([start("staging"), start("prod")]);
    return new Rehearsal(options, { staging, prod });
  }

  get environments(): Record<EnvironmentName, Environment> {
    return this.options.environments;
  }

  get service(): string {
    return this.options.service;
  }

  get local(): LocalAws {
    return this.options.local;
  }

  /** How the clock has run so far. */
  get clock(): ClockMapping {
    return clockMapping(this.local.aws.clock);
  }

  /** Whether production has had a release of the service. */
  get hasReleased(): boolean {
    return this.releases.prod.some(({ timeline }) => timeline.status === "Succeeded");
  }

  now(): AwsMs {
    return this.local.aws.clock.now().getTime();
  }

  /** Pushes a commit and follows it: through staging, and when it is promoted, through production. */
  async release(request: ReleaseRequest): Promise<Release> {
    const { version, staging } = await this.releaseToStaging(request);
    const prod =
      staging.timeline.status === "Succeeded"
        ? await this.releaseToProd(version, request.decision)
        : undefined;
    return { version, staging, prod };
  }

  async releaseToStaging({
    message,
    change,
  }: ReleaseRequest): Promise<{ version: string; staging: PastRelease }> {
    const { branch, directory, progress } = this.options;
    const commitId = await branch.commit({ directory, message, change });
    const version = versionOf(commitId);
    progress.step(`commit  ${version} “${message}”`);
    return { version, staging: await this.follow("staging", version, commitId) };
  }

  /** Follows what staging has promoted last. */
  async releaseToProd(version: string, decision?: Decision): Promise<PastRelease> {
    const { environments, service, local } = this.options;
    const { releaseBucket } = serviceOf(environments.prod, service);
    const s3 = local.aws.client(S3Client, environments.prod.identity);
    const head = await s3.send(
      new HeadObjectCommand({ Bucket: releaseBucket, Key: `releases/${service}.zip` }),
    );
    return this.follow("prod", version, head.VersionId ?? "", decision);
  }

  /** Releases the same image again with the templates as they are now, which the change of them has started. */
  async releaseTemplates(name: EnvironmentName, decision?: Decision): Promise<PastRelease> {
    const { environments, service, local } = this.options;
    const { artifactBucket } = serviceOf(environments[name], service);
    const s3 = local.aws.client(S3Client, environments[name].identity);
    const head = await s3.send(
      new HeadObjectCommand({ Bucket: artifactBucket, Key: `templates/${service}.zip` }),
    );
    const serving = servingAfter(this.releases[name]);
    if (serving === undefined) throw new Error(`${name} has had no release to release again`);
    return this.follow(name, serving, head.VersionId ?? "", decision);
  }

  /** Stops the clients. Can be called again. */
  stop(): Promise<Record<EnvironmentName, Recording>> {
    this.recordings ??= (async () => {
      const stop = async ({ clients, share }: SharingClients) => {
        const recording = await clients.stop();
        this.options.rates.leave(share);
        return recording;
      };
      const [staging, prod] = await Promise.all([stop(this.traffic.staging), stop(this.traffic.prod)]);
      this.processors.close();
      return { staging: withNames(staging, this.names), prod: withNames(prod, this.names) };
    })();
    return this.recordings;
  }

  /**
   * A release with what the clients saw until the next one could touch them, or until they stopped.
   * @param next what became of the good release that came after it
   */
  async facts(past: PastRelease, next?: Verdict): Promise<ReleaseFacts> {
    const { environments, service, local } = this.options;
    const name = past.environment;
    const recording = (await this.stop())[name];
    const handle = serviceOf(environments[name], service);
    const { availabilityPercent } = handle.objectives;
    const bound = boundOf(await releaseSettings(local.aws, environments[name], handle));
    const { clock } = this;
    const index = this.releases[name].indexOf(past);
    const later = this.releases[name][index + 1];
    const from = index > 0 ? beginOf(past.timeline) : past.timeline.startedAt;
    const until = later ? beginOf(later.timeline) : awsTime(clock, recording.endedAt);
    const busyPercent = this.processors.busyPercent(wallTime(clock, from), wallTime(clock, until));
    const { timeline: release, intended, previous } = past;
    const seen = { recording, clock, from, until, busyPercent };
    return { service, release, intended, previous, ...seen, availabilityPercent, bound, next };
  }

  /** The image of the version that holds all traffic, by its digest. */
  runningImage(name: EnvironmentName): Promise<string> {
    const { environments, service, local } = this.options;
    return runningImage(local.aws, environments[name], service);
  }

  private async follow(
    name: EnvironmentName,
    version: string,
    revision: string,
    decision?: Decision,
  ): Promise<PastRelease> {
    const { local, environments, service, stands, progress } = this.options;
    const { share } = this.traffic[name];
    const past = this.releases[name];
    const previous = servingAfter(past) ?? this.options.serving ?? "bootstrap";
    const handle = serviceOf(environments[name], service);
    const { pipelineName, alarmNames } = handle;
    const replacedImage = version === previous ? undefined : await this.runningImage(name);
    const id = await findExecution(local.aws, environments[name], pipelineName, revision);
    const settings = await releaseSettings(local.aws, environments[name], handle);
    const pacer = stands ? undefined : new Pacer(local.aws.clock, settings, () => share.ratePerSecond);
    const timeline = await follow(local.aws, environments[name], pipelineName, id, {
      progress,
      alarmNames,
      decision,
      longestMs: pacer?.longestMs,
      watch(deployment) {
        if (deployment) share.attend(partOf(deployment) === "shift" ? "evidence" : "deployment");
        pacer?.watch(deployment);
      },
    }).finally(() => {
      pacer?.end();
      share.attend("rest");
    });
    await explain(local.aws, environments[name], service, timeline, progress);
    // The next one may follow at once, and who holds the traffic after this one must be seen before.
    share.attend("evidence");
    await share.sent(watchedRequests, wallTime(this.clock, endOf(timeline)) + propagationMs);
    share.attend("rest");
    const named = await imageVersion(local.aws, environments[name], timeline);
    if (named !== undefined) this.names.set(named, version);
    if (timeline.status === "Succeeded" && (await this.runningImage(name)) === replacedImage)
      throw new Error(
        `${name}: the image of ${version} is the same as before, to the digest, and nobody can tell them apart: ` +
          `put its version into it, with ARG SERVICE_VERSION in the Dockerfile and --build-arg in the buildspec`,
      );
    const release = { environment: name, timeline, intended: version, previous };
    past.push(release);
    return release;
  }

  /** What the clients see at this moment, in a line. */
  statusLine(): string {
    return environmentNames
      .map((name) => clientsLine(name, this.traffic[name].clients.snapshot()))
      .join("   ");
  }
}
