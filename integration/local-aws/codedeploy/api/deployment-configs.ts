import { randomUUID } from "node:crypto";
import * as sdk from "@aws-sdk/client-codedeploy";
import type { Clock } from "../../core/clock";
import type { Handlers } from "../../core/service";
import { deployerOf, deployers } from "../deployers";
import type { CodeDeployState, StateOf } from "../model";

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
      if (!name || name.length > 100 || name.startsWith(predefined)) {
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
        trafficRoutingConfig: input.trafficRoutingConfig ?? { type: "AllAtOnce" },
      });
      return { deploymentConfigId };
    },
    GetDeploymentConfig: async (input, caller) => ({
      deploymentConfigInfo: findConfig(stateOf(caller), input.deploymentConfigName),
    }),
    ListDeploymentConfigs: async (_input, caller) => ({
      deploymentConfigsList: [...stateOf(caller).configs.keys()],
    }),
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

function checkRouting(routing: sdk.TrafficRoutingConfig | undefined): void {
  const refuse = (message: string) => {
    throw new sdk.InvalidTrafficRoutingConfigurationException({ message, $metadata });
  };
  const check = (what: string, percent: number | undefined, minutes: number | undefined) => {
    if (percent === undefined || percent < 1 || percent > 99)
      refuse(`${what}: the percentage must be 1 to 99, not ${percent}`);
    if (minutes === undefined || minutes < 0) refuse(`${what}: the interval must be minutes, not ${minutes}`);
  };
  const { type, timeBasedCanary, timeBasedLinear } = routing ?? {};
  if (type === "TimeBasedCanary")
    check(type, timeBasedCanary?.canaryPercentage, timeBasedCanary?.canaryInterval);
  if (type === "TimeBasedLinear")
    check(type, timeBasedLinear?.linearPercentage, timeBasedLinear?.linearInterval);
}
