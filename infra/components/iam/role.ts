import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../../lib/naming";

type OneOrMore<T> = T | T[];

/** One statement of a policy. `effect` is `Allow` unless said otherwise. */
export interface Statement {
  /** @default "Allow" */
  effect?: "Allow" | "Deny";
  /** @example ["dynamodb:Query"] */
  actions: string[];
  /**
   * What the actions may touch, by ARN. `"*"` only where the API has no resource-level permission, and then with a
   * comment that says so.
   * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
   * @example [table.arn]
   */
  resources: pulumi.Input<string>[];
  /**
   * Operator → condition key → value.
   * @default none
   * @example { StringEquals: { "aws:SourceAccount": "111111111111" } }
   */
  conditions?: Record<string, Record<string, pulumi.Input<OneOrMore<string>>>>;
  /**
   * Only in policies of resources and of trust.
   * @default none: a policy of a role has none
   * @example { Service: "codebuild.amazonaws.com" }
   */
  principals?: Record<string, pulumi.Input<string>> | "*";
}

/** The JSON policy document of some statements. */
export function policyDocument(statements: Statement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: statements.map((s) => ({
      Effect: s.effect ?? "Allow",
      ...(s.principals !== undefined && { Principal: s.principals }),
      Action: s.actions,
      ...(s.resources.length > 0 && { Resource: s.resources }),
      ...(s.conditions !== undefined && { Condition: s.conditions }),
    })),
  });
}

/** Lets an AWS service take on a role, for example `"ecs-tasks.amazonaws.com"`. */
export function trustService(service: string, conditions?: Statement["conditions"]): Statement {
  return { actions: ["sts:AssumeRole"], resources: [], principals: { Service: service }, conditions };
}

/**
 * Lets exactly one role take on a role. The principal is the role's account, narrowed by a condition: so the role
 * need not exist yet (an ARN as principal is checked when the policy is written), and one that is made again under
 * the same name is still trusted.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
 */
export function trustRole(roleArn: pulumi.Input<string>): Statement {
  const account = pulumi.output(roleArn).apply((arn) => arn.split(":").slice(0, 5).join(":") + ":root");
  return {
    actions: ["sts:AssumeRole"],
    resources: [],
    principals: { AWS: account },
    conditions: { ArnEquals: { "aws:PrincipalArn": roleArn } },
  };
}

export interface RoleArgs {
  /**
   * Physical name, at most 64 characters; a longer one is cut by {@link physicalName}.
   * @example "greenroom-prod-trivia-api-task"
   */
  roleName: string;
  /** @example "What the tasks of trivia-api may do" */
  description: string;
  trust: Statement;
  /**
   * What the role may do.
   * @default nothing
   * @example [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::greenroom-prod-releases/*"] }]
   */
  statements?: Statement[];
}

/** A role with its one inline policy. */
export class Role extends pulumi.ComponentResource {
  /** Known as soon as the role is: for trust and policies of others. */
  readonly roleArn: pulumi.Output<string>;
  /** Known once the policy is in place: for whoever takes on the role, so that it never acts without its permissions. */
  readonly arn: pulumi.Output<string>;
  readonly nodes: { role: aws.iam.Role; policy?: aws.iam.RolePolicy };

  constructor(name: string, args: RoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenroom:infra:Role", name, {}, opts);
    const role = new aws.iam.Role(
      `${name}-role`,
      {
        name: physicalName("role", args.roleName),
        description: args.description,
        assumeRolePolicy: policyDocument([args.trust]),
      },
      { parent: this },
    );
    const policy = args.statements?.length
      ? new aws.iam.RolePolicy(
          `${name}-policy`,
          { name: "permissions", role: role.name, policy: policyDocument(args.statements) },
          { parent: this },
        )
      : undefined;
    this.nodes = { role, policy };
    this.roleArn = role.arn;
    this.arn = policy ? pulumi.all([role.arn, policy.id]).apply(([arn]) => arn) : role.arn;
    this.registerOutputs({ arn: this.arn });
  }
}
