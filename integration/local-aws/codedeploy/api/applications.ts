import { randomUUID } from "node:crypto";
import * as sdk from "@aws-sdk/client-codedeploy";
import type { Clock } from "../../core/clock";
import type { Handlers } from "../../core/service";
import { deployerOf } from "../deployers";
import type { Application, CodeDeployState, StateOf } from "../model";
import { isName, listed } from "./checks";

const $metadata = {};

export function findApplication(state: CodeDeployState, name: string | undefined): Application {
  if (!name)
    throw new sdk.ApplicationNameRequiredException({ message: "Application name is required.", $metadata });
  const application = state.applications.get(name);
  if (application) return application;
  const message = `No application found for name: ${name}`;
  throw new sdk.ApplicationDoesNotExistException({ message, $metadata });
}

function checkApplicationName(name: string): void {
  if (isName(name)) return;
  const message = `The application name "${name}" is not valid.`;
  throw new sdk.InvalidApplicationNameException({ message, $metadata });
}

/** https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateApplication.html and its neighbours */
export function applications(stateOf: StateOf, clock: Clock) {
  return {
    CreateApplication: async (input, caller) => {
      const state = stateOf(caller);
      const name = input.applicationName ?? "";
      if (!name)
        throw new sdk.ApplicationNameRequiredException({
          message: "Application name is required.",
          $metadata,
        });
      checkApplicationName(name);
      if (state.applications.has(name)) {
        throw new sdk.ApplicationAlreadyExistsException({
          message: `Application already exists: ${name}`,
          $metadata,
        });
      }
      const { platform } = deployerOf(input.computePlatform);
      const applicationId = randomUUID();
      state.applications.set(name, {
        info: {
          applicationId,
          applicationName: name,
          createTime: clock.now(),
          linkedToGitHub: false,
          computePlatform: platform,
        },
        arn: `arn:aws:codedeploy:${caller.region}:${caller.account}:application:${name}`,
        groups: new Map(),
        revisions: [],
        tags: input.tags ?? [],
      });
      return { applicationId };
    },
    GetApplication: async (input, caller) => ({
      application: findApplication(stateOf(caller), input.applicationName).info,
    }),
    BatchGetApplications: async (input, caller) => ({
      applicationsInfo: (input.applicationNames ?? []).map(
        (name) => findApplication(stateOf(caller), name).info,
      ),
    }),
    ListApplications: async ({ nextToken }, caller) => {
      const { items, ...rest } = listed([...stateOf(caller).applications.keys()], nextToken);
      return { applications: items, ...rest };
    },
    UpdateApplication: async (input, caller) => {
      const state = stateOf(caller);
      const application = findApplication(state, input.applicationName);
      const name = input.newApplicationName;
      if (!name || name === application.info.applicationName) return {};
      checkApplicationName(name);
      if (state.applications.has(name)) {
        throw new sdk.ApplicationAlreadyExistsException({
          message: `Application already exists: ${name}`,
          $metadata,
        });
      }
      state.applications.delete(application.info.applicationName);
      application.info.applicationName = name;
      application.arn = `arn:aws:codedeploy:${caller.region}:${caller.account}:application:${name}`;
      for (const { info } of application.groups.values()) info.applicationName = name;
      state.applications.set(name, application);
      return {};
    },
    // Deleting what is not there succeeds on AWS too.
    DeleteApplication: async (input, caller) => {
      stateOf(caller).applications.delete(input.applicationName ?? "");
      return {};
    },
    RegisterApplicationRevision: async (input, caller) => {
      const application = findApplication(stateOf(caller), input.applicationName);
      if (!input.revision)
        throw new sdk.RevisionRequiredException({ message: "Revision is required.", $metadata });
      application.revisions.push({
        revision: input.revision,
        description: input.description,
        registerTime: clock.now(),
      });
      return {};
    },
    GetApplicationRevision: async (input, caller) => {
      const application = findApplication(stateOf(caller), input.applicationName);
      const wanted = JSON.stringify(input.revision);
      const found = application.revisions.find(({ revision }) => JSON.stringify(revision) === wanted);
      if (!found)
        throw new sdk.RevisionDoesNotExistException({ message: "The revision does not exist.", $metadata });
      return {
        applicationName: input.applicationName,
        revision: found.revision,
        revisionInfo: { description: found.description, registerTime: found.registerTime },
      };
    },
    ListTagsForResource: async ({ ResourceArn, NextToken }, caller) => {
      const { items, nextToken } = listed(tagsOf(stateOf(caller), ResourceArn).tags, NextToken);
      return { Tags: items, NextToken: nextToken };
    },
    TagResource: async (input, caller) => {
      const resource = tagsOf(stateOf(caller), input.ResourceArn);
      const keys = (input.Tags ?? []).map(({ Key }) => Key);
      resource.tags = [...resource.tags.filter(({ Key }) => !keys.includes(Key)), ...(input.Tags ?? [])];
      return {};
    },
    UntagResource: async (input, caller) => {
      const resource = tagsOf(stateOf(caller), input.ResourceArn);
      resource.tags = resource.tags.filter(({ Key }) => !input.TagKeys?.includes(Key ?? ""));
      return {};
    },
  } satisfies Handlers<typeof sdk>;
}

function tagsOf(state: CodeDeployState, arn: string | undefined) {
  for (const application of state.applications.values()) {
    if (application.arn === arn) return application;
    for (const group of application.groups.values()) if (group.arn === arn) return group;
  }
  throw new sdk.ArnNotSupportedException({
    message: `The resource ${arn} does not exist or has no tags.`,
    $metadata,
  });
}
