/**
 * Actions that may be allowed on `*`, because AWS leaves no other way. Each with the page that says so; a new one needs
 * such a page.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
const actions: Record<string, string[]> = {
  // No resource-level permission.
  "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html":
    ["ecr:GetAuthorizationToken"],
  "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html": [
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTargetGroups",
  ],
  "https://docs.aws.amazon.com/codepipeline/latest/userguide/permissions-reference.html": [
    "codepipeline:PutJobFailureResult",
    "codepipeline:PutJobSuccessResult",
  ],
  "https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html": ["lambda:ListFunctions"],
  // A revision has no ARN before it is registered.
  "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html":
    ["ecs:RegisterTaskDefinition"],
  // Lambda makes and removes network interfaces whose ids nobody knows beforehand.
  "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions": [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
  ],
};

// IAM does not distinguish upper and lower case in the names of actions.
const known = new Set(Object.values(actions).flatMap((names) => names.map((name) => name.toLowerCase())));

export function needsEveryResource(action: string): boolean {
  return known.has(action.toLowerCase());
}
