import * as sdk from "@aws-sdk/client-codedeploy";
import type { ActingService } from "../core/acting";
import type { Aws } from "../core/aws";
import { obeying } from "../core/members";
import { Regional } from "../core/regional";
import { actingService } from "../core/service";
import { applications } from "./api/applications";
import { deploymentConfigs, predefinedConfigs } from "./api/deployment-configs";
import { deploymentGroups } from "./api/deployment-groups";
import { deployments } from "./api/deployments";
import { hookReports } from "./api/hooks";
import { deploymentTargets } from "./api/targets";
import { DeploymentError } from "./deployments/interruption";
import { emits } from "./deployments/state-events";
import { obeyed } from "./members";
import type { CodeDeployState } from "./model";

/** AWS CodeDeploy: deployments with hooks, canaries, alarms and rollback. */
export function codedeploy(aws: Aws): ActingService {
  const states = new Regional<CodeDeployState>((account, region) => ({
    owner: aws.root(account, region),
    applications: new Map(),
    configs: predefinedConfigs(aws.clock.now()),
    deployments: new Map(),
  }));
  const stateOf = (caller: { account: string; region: string }) => states.of(caller);
  const acting = actingService({
    name: "CodeDeploy",
    signingName: "codedeploy",
    sdk,
    warn: aws.warn,
    handlers: obeying("CodeDeploy", obeyed, {
      ...applications(stateOf, aws.clock),
      ...deploymentConfigs(stateOf, aws.clock),
      ...deploymentGroups(stateOf),
      ...deployments(aws, stateOf),
      ...deploymentTargets(stateOf),
      ...hookReports(stateOf),
    }),
  });
  const close = async () => {
    const all = states.all().flatMap(({ deployments }) => [...deployments.values()]);
    // There is nothing to roll back to.
    const why = new DeploymentError(
      "MANUAL_STOP",
      "The local AWS was stopped.",
      "DEPLOYMENT_STOP_ON_REQUEST",
      false,
    );
    for (const { interruption } of all) interruption.raise(why);
    await Promise.all(all.map(({ finished }) => finished));
  };
  return { ...acting, emits: [emits], close };
}
