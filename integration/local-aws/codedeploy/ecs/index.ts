import { ECSServiceException } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2ServiceException } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Deployer } from "../deployments/deployer";
import { parseAppSpec } from "./appspec";
import { BlueGreen } from "./blue-green";
import { configs } from "./configs";
import { checkGroup, groupMembers } from "./group";

/** Amazon ECS: a second task set beside the first, and listeners that shift from the one to the other. */
export const ecs: Deployer = {
  platform: "ECS",
  configs,
  groupMembers,
  checkGroup,
  rollout: (aws, order, appSpec) => new BlueGreen(aws, order, parseAppSpec(appSpec)),
  refusal: (error) => {
    if (error instanceof ECSServiceException) return "ECS_UPDATE_ERROR";
    if (error instanceof ElasticLoadBalancingV2ServiceException) return "ELASTIC_LOAD_BALANCING_INVALID";
    return undefined;
  },
};
