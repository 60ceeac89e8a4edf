import type * as pulumi from "@pulumi/pulumi";
import type { ActionWithPermissions } from "./action";

/** A person decides. @see https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals.html */
export function approval(question: pulumi.Input<string>): ActionWithPermissions {
  return {
    action: {
      name: "Approve",
      category: "Approval",
      provider: "Manual",
      configuration: { CustomData: question },
    },
  };
}
