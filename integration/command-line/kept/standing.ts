import { CodePipelineClient, GetPipelineStateCommand } from "@aws-sdk/client-codepipeline";
import { directoryOf } from "../../../infra/definitions/common";
import { root } from "../../checkout";
import type { Aws } from "../../local-aws/core/aws";
import type { BroughtUp } from "../../rehearsal/bring-up";
import { serviceOf, type Environment } from "../../rehearsal/environments";
import { loadTraffic } from "../../rehearsal/traffic/load";
import { answeringVersions } from "./answering";
import { urlsOf, type Urls } from "./urls";

/** A stage that something has been through, or is in. */
export interface StageStanding {
  stage: string;
  /** CodePipeline's own word: `Succeeded`, `InProgress`, `Failed`, … */
  status: string;
  /** Why it failed, or what it waits for. */
  why?: string;
}

export interface PipelineState {
  name: string;
  /** It works, and does not only wait for a person. */
  running: boolean;
  stages: StageStanding[];
}

/** A service in one environment. */
export interface ServiceStanding {
  service: string;
  environment: string;
  urls: Urls;
  /** Who answers, with how often of those that were asked; "" for nobody. */
  versions: [version: string, answers: number][];
  pipeline: PipelineState;
}

/** What a kept local AWS holds. */
export interface Standing {
  endpoint: string;
  services: ServiceStanding[];
}

/** Looks at each service of both environments, as a client of it and of AWS would. */
export async function standing({ local, environments }: BroughtUp): Promise<Standing> {
  const looks = Object.keys(environments.staging.services).flatMap((service) =>
    (["staging", "prod"] as const).map(async (environment): Promise<ServiceStanding> => {
      const urls = urlsOf(local, environments[environment], service);
      const traffic = loadTraffic(root, directoryOf({ name: service }));
      const [versions, pipeline] = await Promise.all([
        answeringVersions(urls.plain, traffic[environment]),
        pipelineOf(local.aws, environments[environment], service),
      ]);
      return { service, environment, urls, versions: [...versions], pipeline };
    }),
  );
  return { endpoint: local.aws.endpoint, services: await Promise.all(looks) };
}

/** What a service's pipeline does, as its console would show it. */
export async function pipelineOf(
  aws: Aws,
  environment: Environment,
  service: string,
): Promise<PipelineState> {
  const { pipelineName: name } = serviceOf(environment, service);
  const { stageStates = [] } = await aws
    .client(CodePipelineClient, environment.identity)
    .send(new GetPipelineStateCommand({ name }));
  const stages: StageStanding[] = [];
  let running = false;
  for (const { stageName = "", latestExecution, actionStates = [] } of stageStates) {
    if (!latestExecution) continue;
    const { status = "" } = latestExecution;
    const now = actionStates.filter(({ latestExecution: one }) => one?.status === "InProgress");
    // An approval's action has a token; nobody but a person ends it.
    const waits = now.length > 0 && now.every(({ latestExecution: one }) => one?.token !== undefined);
    running ||= status === "InProgress" && !waits;
    const error = actionStates.find(({ latestExecution: one }) => one?.status === "Failed");
    const why = waits ? "waits for a person" : error?.latestExecution?.errorDetails?.message;
    stages.push({ stage: stageName, status, why });
  }
  return { name, running, stages };
}
