import * as pulumi from "@pulumi/pulumi";
import { BundledFunction } from "../functions/bundled-function";
import type { Context } from "../context";
import { physicalName } from "../../lib/naming";
import type { Network } from "../network/network";

export interface HookFunctionArgs {
  context: Context;
  /** @example "trivia-api" */
  service: string;
  /**
   * TypeScript or Python file, relative to the repository root.
   * @example "services/trivia-api/hooks/after-allow-test-traffic.ts"
   */
  source: string;
  network: Network;
  /**
   * Where the function finds the new version: its environment variable `TEST_URL`.
   * @example routes.testUrl
   */
  testUrl: pulumi.Input<string>;
  /**
   * The only deployment group whose deployments it may report on.
   * @example context.account.arn("codedeploy", "deploymentgroup:greenroom-prod-trivia-api/*")
   */
  deploymentGroupArn: pulumi.Input<string>;
}

/**
 * The function that CodeDeploy runs after test traffic reaches the new version, and that decides by
 * PutLifecycleEventHookExecutionStatus whether customers get it. Silence fails the deployment.
 * @see https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html#appspec-hooks-ecs
 */
export class HookFunction extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly nodes: { function: BundledFunction };

  constructor(name: string, args: HookFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenroom:infra:HookFunction", name, {}, opts);
    const made = new BundledFunction(
      `${name}-hook`,
      {
        context: args.context,
        functionName: physicalName("function", "greenroom", args.context.environment, args.service, "hook"),
        description: `Tries a new version of ${args.service} before customers of ${args.context.environment} get it`,
        source: args.source,
        timeout: "5 minutes",
        memory: 256,
        network: args.network,
        environment: { TEST_URL: args.testUrl },
        statements: [
          {
            actions: ["codedeploy:PutLifecycleEventHookExecutionStatus"],
            resources: [args.deploymentGroupArn],
          },
        ],
      },
      { parent: this },
    );
    this.nodes = { function: made };
    this.arn = made.arn;
    this.registerOutputs({ arn: this.arn });
  }
}
