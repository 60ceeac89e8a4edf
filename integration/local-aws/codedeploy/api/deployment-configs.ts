import { randomUUID } from "node:crypto";
import * as sdk from "@aws-sdk/client-codedeploy";
import type { Clock } from "../../core/clock";
import type { Handlers } from "../../core/service";
import { deployerOf, deployers } from "../deployers";
import type { CodeDeployState, StateOf } from "../model";
import { isName, listed } from "./checks";

const $metadata = {};
/** How the names of AWS's own configurations begin. */
export const predefined = "CodeDeployDefault.";
type Config = sdk.DeploymentConfigInfo & { deploymentConfigName: string };

export const predefinedConfigs = (now: Date): CodeDeployState["configs"] =>
  new Map(
    deployers.flatMap(({ platform, configs }) =>
      configs.map(([name, trafficRoutingConfig]) => {
        const deploymentConfigName = predefined + name;
        const config = {
          deploymentConfigId: randomUUID(),
          deploymentConfigName,
          createTime: now,
          computePlatform: platform,
        };
        return [deploymentConfigName, { ...config, trafficRoutingConfig }] as const;
      }),
    ),
  );

export function findConfig(state: CodeDeployState, name: string | undefined): Config {
  const config = state.configs.get(name ?? "");
  if (config) return config;
  const message = `No deployment configuration found for name: ${name}`;
  throw new sdk.DeploymentConfigDoesNotExistException({ message, $metadata });
}

/** https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeploymentConfig.html and its neighbours */
export function deploymentConfigs(stateOf: StateOf, clock: Clock) {
  return {
    CreateDeploymentConfig: async (input, caller) => {
      const state = stateOf(caller);
      const name = input.deploymentConfigName ?? "";
      if (!isName(name) || name.startsWith(predefined)) {
        throw new sdk.InvalidDeploymentConfigNameException({ message: `Invalid name: "${name}"`, $metadata });
      }
      if (state.configs.has(name)) {
        const message = `Deployment configuration already exists: ${name}`;
        throw new sdk.DeploymentConfigAlreadyExistsException({ message, $metadata });
      }
      const { platform } = deployerOf(input.computePlatform);
      checkRouting(input.trafficRoutingConfig);
      const deploymentConfigId = randomUUID();
      state.configs.set(name, {
        deploymentConfigId,
        deploymentConfigName: name,
        createTime: clock.now(),
        computePlatform: platform,
        trafficRoutingConfig: { type: "AllAtOnce", ...input.trafficRoutingConfig },
      });
      return { deploymentConfigId };
    },
    GetDeploymentConfig: async (input, caller) => ({
      deploymentConfigInfo: findConfig(stateOf(caller), input.deploymentConfigName),
    }),
    ListDeploymentConfigs: async ({ nextToken }, caller) => {
      const { items, ...rest } = listed([...stateOf(caller).configs.keys()], nextToken);
      return { deploymentConfigsList: items, ...rest };
    },
    DeleteDeploymentConfig: async (input, caller) => {
      const state = stateOf(caller);
      const name = input.deploymentConfigName ?? "";
      if (name.startsWith(predefined)) {
        const message = "A predefined deployment configuration cannot be deleted.";
        throw new sdk.InvalidOperationException({ message, $metadata });
      }
      for (const application of state.applications.values()) {
        for (const { info } of application.groups.values()) {
          if (info.deploymentConfigName !== name) continue;
          const message = `The deployment configuration is in use by ${info.deploymentGroupName}.`;
          throw new sdk.DeploymentConfigInUseException({ message, $metadata });
        }
      }
      state.configs.delete(name);
      return {};
    },
  } satisfies Handlers<typeof sdk>;
}

/** https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_TrafficRoutingConfig.html */
function checkRouting(routing: sdk.TrafficRoutingConfig | undefined): void {
  const refuse = (message: string) => {
    throw new sdk.InvalidTrafficRoutingConfigurationException({ message, $metadata });
  };
  const check = (what: string, percent: number | undefined, minutes: number | undefined) => {
    if (percent === undefined || percent < 1 || percent > 99)
      refuse(`${what}: the percentage must be 1 to 99, not ${percent}`);
    if (minutes === undefined || minutes < 0) refuse(`${what}: the interval must be minutes, not ${minutes}`);
  };
  const { type = "AllAtOnce", timeBasedCanary: canary, timeBasedLinear: linear } = routing ?? {};
  const known: string[] = Object.values(sdk.TrafficRoutingType);
  if (!known.includes(type)) refuse(`"${type}" is no type of traffic routing: ${known.join(", ")}`);
  if (canary && type !== "TimeBasedCanary") refuse(`${type} has no timeBasedCanary`);
  if (linear && type !== "TimeBasedLinear") refuse(`${type} has no timeBasedLinear`);
  if (type === "TimeBasedCanary") check(type, canary?.canaryPercentage, canary?.canaryInterval);
  if (type === "TimeBasedLinear") check(type, linear?.linearPercentage, linear?.linearInterval);
}
