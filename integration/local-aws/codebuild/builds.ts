import { randomUUID } from "node:crypto";
import type * as sdk from "@aws-sdk/client-codebuild";
import { SortOrderType, type StartBuildInput } from "@aws-sdk/client-codebuild";
import type { ContainerRuntime } from "../core/container-runtime";
import type { Aws, Identity } from "../core/aws";
import { minutes } from "../core/clock";
import type { Handlers } from "../core/service";
import { invalid, notFound } from "./errors";
import { initiator } from "./initiator";
import { nameOf, type BuildRecord, type CodeBuildState, type ProjectRecord } from "./model";
import { page } from "./paging";
import { describeBuild, planBuild } from "./plan";
import { findProject } from "./projects";
import { BuildRun } from "./run";
import { checkServiceRole, oneOf } from "./validation";

/** The operations on builds. https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Operations.html */
export function builds(
  aws: Aws,
  containers: ContainerRuntime,
  stateOf: (caller: Identity) => CodeBuildState,
  minute: number,
) {
  return {
    StartBuild: async (input, caller) => {
      const state = stateOf(caller);
      const project = findProject(state, input.projectName, caller);
      const repeated = repeatedRequest(project, input, aws.clock.now().getTime());
      const earlier = repeated && state.builds.get(repeated);
      if (earlier) return { build: earlier.build };
      const plan = planBuild(project, input);
      if (input.serviceRoleOverride) await checkServiceRole(aws, caller, input.serviceRoleOverride);
      const build = describeBuild(plan, {
        caller,
        uuid: randomUUID(),
        initiator: initiator(caller),
        startTime: aws.clock.now(),
        buildNumber: project.lastBuildNumber + 1,
      });
      project.lastBuildNumber++;
      const record: BuildRecord = { build, plan, stop: new AbortController(), done: Promise.resolve() };
      state.builds.set(build.id, record);
      if (input.idempotencyToken) {
        const request = JSON.stringify(input);
        project.tokens.set(input.idempotencyToken, {
          request,
          buildId: build.id,
          at: aws.clock.now().getTime(),
        });
      }
      const owner = aws.root(caller.account, caller.region);
      record.done = new BuildRun(aws, containers, record, owner, minute).run();
      return { build };
    },

    StopBuild: async (input, caller) => {
      const record = stateOf(caller).builds.get(nameOf(input.id ?? ""));
      if (!record) throw notFound(`Build ${input.id} cannot be found`);
      record.stop.abort("STOPPED");
      await record.done;
      return { build: record.build };
    },

    BatchGetBuilds: async (input, caller) => {
      const ids = input.ids ?? [];
      if (ids.length === 0 || ids.length > 100) throw invalid("Invalid ids: give from 1 to 100 of them");
      const found = ids.map((id) => ({ id, record: stateOf(caller).builds.get(nameOf(id)) }));
      return {
        builds: found.flatMap(({ record }) => record?.build ?? []),
        buildsNotFound: found.filter(({ record }) => !record).map(({ id }) => id),
      };
    },

    ListBuildsForProject: async (input, caller) => {
      const state = stateOf(caller);
      const { project } = findProject(state, input.projectName, caller);
      const own = [...state.builds.values()].filter(({ build }) => build.projectName === project.name);
      return listed(own, input);
    },

    ListBuilds: async (input, caller) => listed([...stateOf(caller).builds.values()], input),
  } satisfies Handlers<typeof sdk>;
}

/** The newest first, unless asked otherwise. */
function listed(
  records: BuildRecord[],
  { sortOrder, nextToken }: { sortOrder?: string; nextToken?: string },
): { ids: string[]; nextToken?: string } {
  oneOf(SortOrderType, sortOrder, "sortOrder");
  const ids = records.map(({ build }) => build.id);
  if (sortOrder !== "ASCENDING") ids.reverse();
  const { items, ...rest } = page(ids, nextToken);
  return { ids: items, ...rest };
}

/** The build that the same request has started in the last five minutes. */
function repeatedRequest(project: ProjectRecord, input: StartBuildInput, now: number): string | undefined {
  for (const [token, { at }] of project.tokens) if (now - at > minutes(5)) project.tokens.delete(token);
  const earlier = project.tokens.get(input.idempotencyToken ?? "");
  if (earlier && earlier.request !== JSON.stringify(input))
    throw invalid("The idempotency token was used before with other parameters");
  return earlier?.buildId;
}
