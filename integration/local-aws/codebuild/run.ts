import { ImageUnavailableError, type BuildRoom, type ContainerRuntime } from "../core/container-runtime";
import { unlessAborted } from "../core/abort";
import type { Aws, Identity } from "../core/aws";
import { LogStream } from "../core/log-stream";
import { BuildLog } from "./build-log";
import { phaseNames, type Buildspec, type PhaseName } from "./buildspec/model";
import { runCommands } from "./commands";
import { resolveVariables } from "./environment";
import { exportVariables } from "./exported";
import { runtimesOf } from "./curated-images";
import { PhaseFailure } from "./failure";
import { findBuildspec } from "./find-buildspec";
import { logPlace } from "./logs";
import { Masking } from "./masking";
import type { BuildRecord } from "./model";
import { Phases, type Ending } from "./phases";
import { pullWith } from "./pull-with";
import { enter, leave } from "./queue";
import { BuildShell } from "./shell";
import { tellBuild } from "./state-events";
import { downloadSources } from "./source";
import { uploadArtifacts } from "./upload";
import { codebuildVariables, roleVariables } from "./variables";

/**
 * What a phase leads to when it fails, unless its `on-failure` says otherwise: POST_BUILD follows BUILD, and
 * UPLOAD_ARTIFACTS POST_BUILD, in any case; a failure before that ends the build.
 * https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
 */
const goesOn: Record<PhaseName, boolean> = {
  install: false,
  pre_build: false,
  build: true,
  post_build: true,
};

const phaseTypes = {
  install: "INSTALL",
  pre_build: "PRE_BUILD",
  build: "BUILD",
  post_build: "POST_BUILD",
} as const;

/** One run of a build, from its queue to its end. */
export class BuildRun {
  private readonly masking = new Masking();
  private readonly phases: Phases;
  private readonly course = { succeeding: true };
  private readonly signal: AbortSignal;
  private log: BuildLog;
  private room: BuildRoom | undefined;

  constructor(
    private readonly aws: Aws,
    private readonly containers: ContainerRuntime,
    private readonly record: BuildRecord,
    /** The account and region of the project. */
    private readonly owner: Identity,
    /** Wall milliseconds of a minute of the build's timeouts: they limit real work, which no clock speeds up. */
    private readonly minute: number,
  ) {
    this.signal = record.stop.signal;
    this.log = new BuildLog(aws.clock, this.masking, undefined);
    this.phases = new Phases(aws, record.build, this.signal, this.note);
  }

  /** Never rejects: whatever happens is in the build's phases. */
  async run(): Promise<void> {
    const { build, plan } = this.record;
    tellBuild(this.aws, build);
    await this.phases.run("SUBMITTED", () => Promise.resolve());
    let entered = false;
    const waiting = this.limit(build.queuedTimeoutInMinutes);
    await this.phases.run("QUEUED", async () => {
      entered = await enter(plan.project, this.signal);
    });
    clearTimeout(waiting);
    const working = this.limit(build.timeoutInMinutes);
    if (entered && !this.signal.aborted) await this.work();
    clearTimeout(working);
    await this.phases.run("FINALIZING", async () => {
      try {
        await this.room?.close();
      } finally {
        await this.log.flush();
      }
    });
    if (entered) leave(plan.project);
    this.phases.complete();
  }

  private async work(): Promise<void> {
    const { aws, record, signal, note } = this;
    let role: Identity | undefined;
    const provisioned = await this.phases.run("PROVISIONING", async () => {
      role = await this.provision();
    });
    const room = this.room;
    if (!provisioned || !role || !room) return;
    const as = role;
    let prepared: { spec: Buildspec; shell: BuildShell } | undefined;
    await this.phases.run("DOWNLOAD_SOURCE", async () => {
      prepared = await this.downloadSource(as, room);
    });
    if (!prepared) return;
    const { spec, shell } = prepared;
    for (const name of phaseNames) {
      const succeeded = await this.phases.run(phaseTypes[name], () => this.commands(name, spec, shell));
      const { onFailure } = spec.phases[name] ?? {};
      if (signal.aborted) return;
      if (!succeeded && !(onFailure ? onFailure === "CONTINUE" : goesOn[name])) return;
    }
    await this.phases.run("UPLOAD_ARTIFACTS", async () => {
      await exportVariables(record, spec, shell);
      await uploadArtifacts(aws, record, { role: as, room, spec, shell, note, signal });
    });
  }

  private async provision(): Promise<Identity> {
    const { build } = this.record;
    const role = await this.takeRole(build.serviceRole ?? "");
    for (const secret of Object.values(role.credentials)) this.masking.add(secret);
    const place = logPlace(build, this.owner);
    if (place) {
      build.logs = place;
      const stream = new LogStream(this.aws, role, place.groupName, place.streamName, true);
      this.log = new BuildLog(this.aws.clock, this.masking, stream);
    }
    const image = await pullWith(this.aws, build.environment, role, this.owner);
    const opening = this.containers.openBuildRoom({
      id: build.id,
      project: this.record.plan.project.project.arn,
      ...image,
      privileged: build.environment?.privilegedMode ?? false,
      cacheModes: build.cache?.type === "LOCAL" ? (build.cache.modes ?? []) : [],
    });
    try {
      this.room = await unlessAborted(opening, this.signal);
    } catch (error) {
      // Its image may be pulled for minutes yet.
      if (this.signal.aborted) void opening.then((late) => late.close()).catch(() => undefined);
      if (!(error instanceof ImageUnavailableError)) throw error;
      throw new PhaseFailure("BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE", error.message);
    }
    return role;
  }

  private async takeRole(arn: string): Promise<Identity> {
    // https://docs.aws.amazon.com/IAM/latest/APIReference: a session name has letters, digits and +=,.@-
    const session = `AWSCodeBuild-${this.record.build.id.split(":")[1]}`;
    try {
      return await this.aws.assumeRole(arn, this.owner.region, session);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new PhaseFailure(
        "ACCESS_DENIED",
        `CodeBuild is not authorized to perform: sts:AssumeRole on ${arn}: ${why}`,
      );
    }
  }

  private async downloadSource(
    role: Identity,
    room: BuildRoom,
  ): Promise<{ spec: Buildspec; shell: BuildShell }> {
    const { aws, record, signal, note } = this;
    const inside = room.sourceDirectory.inside;
    note(`CODEBUILD_SRC_DIR=${inside}`);
    const secondarySources = await downloadSources(aws, role, record.plan, room, signal);
    for (const [name, folder] of secondarySources) note(`CODEBUILD_SRC_DIR_${name}=${folder.inside}`);
    const spec = await findBuildspec(aws, role, record.plan.source.buildspec, room.sourceDirectory);
    await room.useCache?.(spec.cachePaths);
    const asked = spec.phases.install?.runtimeVersions ?? {};
    const runtimes = runtimesOf(record.build.environment?.image ?? "", asked) ?? asked;
    for (const line of (await room.useRuntimes?.(runtimes, Object.keys(asked))) ?? []) note(line);
    note("Processing environment variables");
    const declared = record.build.environment?.environmentVariables ?? [];
    const variables = await resolveVariables(aws, role, spec, declared, this.masking);
    const environment = {
      ...roleVariables(role),
      ...variables,
      ...codebuildVariables(record, { sourceDirectory: inside, secondarySources }),
    };
    const shell = new BuildShell(room, spec.shell, environment, (text) => this.log.print(text), signal);
    return { spec, shell };
  }

  private async commands(name: PhaseName, spec: Buildspec, shell: BuildShell): Promise<void> {
    this.note(`Entering phase ${phaseTypes[name]}`);
    const phase = spec.phases[name];
    if (!phase) return;
    for (const [runtime, version] of Object.entries(phase.runtimeVersions))
      this.note(`Selecting '${runtime}' runtime version '${version}' based on manual selections...`);
    if (name === "install" && spec.reports.length > 0)
      this.note(`Reports are not collected: ${spec.reports.join(", ")}`);
    await runCommands(phase, shell, this.log, this.course, this.signal);
  }

  private limit(minutes = 60): NodeJS.Timeout {
    return setTimeout(() => this.record.stop.abort("TIMED_OUT" satisfies Ending), minutes * this.minute);
  }

  private readonly note = (line: string) => this.log.note(line);
}
