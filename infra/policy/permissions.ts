import * as aws from "@pulumi/aws";
import type {
  Policies,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
} from "@pulumi/policy";
import { needsEveryResource } from "./actions-without-resources";
import { called } from "./named";
import { type Statement, statementsOf } from "./policy-document";
import { judgeEach } from "./unknown";

/** The properties that hold policy documents, whatever the resource. */
const documents = [
  "policy",
  "assumeRolePolicy",
  "accessPolicies",
  "accessPolicy",
  "deliveryDestinationPolicy",
  "inlinePolicy",
  "policyDocument",
  "resourcePolicy",
];

/** Resources with such a property that is something else: a name, a word, or Cedar. */
const withoutDocument = new Set([
  "aws:iot/policyAttachment:PolicyAttachment",
  "aws:ses/receiptFilter:ReceiptFilter",
  "aws:verifiedaccess/endpoint:Endpoint",
  "aws:verifiedaccess/group:Group",
]);

const link = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege";

const noWildcards: ResourceValidationPolicy = {
  name: "no-wildcard-permissions",
  description:
    `What may be done, to what and by whom is named: neither what a service learns to do tomorrow nor what somebody ` +
    `makes tomorrow is among it. ${link}`,
  enforcementLevel: "mandatory",
  // One rule for all three, so that a preview which does not know a document says so once.
  validateResource: (args, violation) => {
    judgeEach(documentsOf(args), (read) => {
      const document = read();
      if (document === undefined) return;
      const statements = statementsOf(document);
      if (!statements)
        violation(`${called(args)} has a policy that is not JSON. Write it with JSON.stringify.`);
      for (const statement of statements ?? [])
        if (statement.effect === "Allow") {
          judgeActions(statement, args, violation);
          judgeResources(statement, args, violation);
          judgePrincipals(statement, args, violation);
        }
    });
    if (args.asType(aws.lambda.Permission)?.principal === "*")
      violation(`${called(args)} allows everybody in: its principal is *. Name the account or service.`);
  },
};

/** The policy documents of a resource, each read only when it is asked for: one may not be known yet. */
function documentsOf(args: ResourceValidationArgs): (() => unknown)[] {
  if (!args.type.startsWith("aws:") || withoutDocument.has(args.type)) return [];
  const inline = args.asType(aws.iam.Role)?.inlinePolicies ?? [];
  return [
    ...documents.map((property) => () => args.props[property] as unknown),
    ...inline.map((policy) => () => policy.policy),
  ];
}

function judgeActions(
  { actions, negations }: Statement,
  args: ResourceValidationArgs,
  violation: ReportViolation,
) {
  const what = called(args);
  for (const action of actions.filter((name) => /(^|:)[*?]+$/.test(name)))
    violation(
      `${what} allows ${action}, which is every action of ${action.startsWith("*") ? "AWS" : "a service"}. ` +
        `Name the actions that are needed.`,
    );
  if (negations.includes("NotAction"))
    violation(
      `${what} allows everything but some actions. Name the needed ones with Action instead of NotAction.`,
    );
}

function judgeResources(
  { actions, resources, negations }: Statement,
  args: ResourceValidationArgs,
  violation: ReportViolation,
) {
  const what = called(args);
  const everything = args.type.startsWith(keys) ? undefined : resources.find(isEverything);
  const narrow = actions.filter((action) => !needsEveryResource(action));
  if (everything !== undefined && narrow.length > 0)
    violation(
      `${what} allows ${narrow.join(", ")} on ${everything}. Name the ARNs. If AWS has no resource-level permission ` +
        `for an action, put it into a statement of its own and add it with the page that says so to ` +
        `infra/policy/actions-without-resources.ts.`,
    );
  if (negations.includes("NotResource"))
    violation(
      `${what} allows all resources but some. Name the needed ones with Resource instead of NotResource.`,
    );
}

/**
 * In the policy of a key, `*` is this key.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
 */
const keys = "aws:kms/";

/** `*`, or an ARN such as `arn:aws:s3:::*` that names all of a service's resources. */
function isEverything(resource: string): boolean {
  const part = resource.startsWith("arn:") ? resource.split(":").slice(5).join(":") : resource;
  return /^[*?/:]+$/.test(part);
}

/**
 * The policy of a VPC endpoint takes away and never gives, and that of a gateway endpoint has to be for everybody.
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
 */
const endpoints = "aws:ec2/vpcEndpoint";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous */
function judgePrincipals(
  { principals, negations }: Statement,
  args: ResourceValidationArgs,
  violation: ReportViolation,
) {
  const what = called(args);
  if (principals.includes("*") && !args.type.startsWith(endpoints))
    violation(`${what} allows everybody in: its Principal is *. Name the account, role or service.`);
  if (negations.includes("NotPrincipal"))
    violation(
      `${what} allows everybody but some in. Name the needed ones with Principal instead of NotPrincipal.`,
    );
}

/** Policies of AWS's own that allow whole services, or everything. */
const broadPolicy =
  /^arn:[\w-]+:iam::aws:policy\/(.*\/)?(\w*FullAccess|AdministratorAccess|PowerUserAccess)$/;

const noBroadManagedPolicies: ResourceValidationPolicy = {
  name: "no-broad-managed-policies",
  description: `A policy of AWS's own that allows a whole service is a wildcard under another name. ${link}`,
  enforcementLevel: "mandatory",
  validateResource: (args, violation) => {
    const attached = [
      ...(args.asType(aws.iam.Role)?.managedPolicyArns ?? []),
      args.asType(aws.iam.RolePolicyAttachment)?.policyArn,
    ];
    for (const arn of attached)
      if (typeof arn === "string" && broadPolicy.test(arn))
        violation(`${called(args)} attaches ${arn}. Write a policy with the actions that are needed.`);
  },
};

export const permissions: Policies = [noWildcards, noBroadManagedPolicies];
