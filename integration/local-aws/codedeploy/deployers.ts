import { InvalidComputePlatformException, type ComputePlatform } from "@aws-sdk/client-codedeploy";
import type { Deployer } from "./deployments/deployer";
import { ecs } from "./ecs";

/** The compute platforms: each a folder of the same shape, and a line here. */
export const deployers: readonly Deployer[] = [ecs];

/** @param platform @default Server, as on AWS */
export function deployerOf(platform: ComputePlatform = "Server"): Deployer {
  const deployer = deployers.find((one) => one.platform === platform);
  if (deployer) return deployer;
  const here = deployers.map((one) => one.platform).join(", ");
  const message = `not implemented: CodeDeploy compute platform ${platform}; ${here} is here`;
  throw new InvalidComputePlatformException({ message, $metadata: {} });
}
