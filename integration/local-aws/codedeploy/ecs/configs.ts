import type { Deployer } from "../deployments/deployer";

// https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html#deployment-configuration-ecs
export const configs: Deployer["configs"] = [
  ["ECSAllAtOnce", { type: "AllAtOnce" }],
  [
    "ECSLinear10PercentEvery1Minutes",
    { type: "TimeBasedLinear", timeBasedLinear: { linearPercentage: 10, linearInterval: 1 } },
  ],
  [
    "ECSLinear10PercentEvery3Minutes",
    { type: "TimeBasedLinear", timeBasedLinear: { linearPercentage: 10, linearInterval: 3 } },
  ],
  [
    "ECSCanary10Percent5Minutes",
    { type: "TimeBasedCanary", timeBasedCanary: { canaryPercentage: 10, canaryInterval: 5 } },
  ],
  [
    "ECSCanary10Percent15Minutes",
    { type: "TimeBasedCanary", timeBasedCanary: { canaryPercentage: 10, canaryInterval: 15 } },
  ],
];
