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

/** The properties that hold policy documents. */
const documents: Record<string, string> = {
  "aws:iam/role:Role": "assumeRolePolicy",
  "aws:iam/rolePolicy:RolePolicy": "policy",
  "aws:iam/policy:Policy": "policy",
  "aws:iam/userPolicy:UserPolicy": "policy",
  "aws:iam/groupPolicy:GroupPolicy": "policy",
  "aws:s3/bucketPolicy:BucketPolicy": "policy",
  "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
  "aws:sns/topicPolicy:TopicPolicy": "policy",
  "aws:sqs/queuePolicy:QueuePolicy": "policy",
};

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
      const statements = statementsOf(read());
      if (!statements)
        violation(`${called(args)} has a policy that is not JSON. Write it with JSON.stringify.`);
      for (const statement of statements ?? [])
        if (statement.effect === "Allow") {
          judgeActions(statement, called(args), violation);
          judgeResources(statement, called(args), violation);
          judgePrincipals(statement, called(args), violation);
        }
    });
    if (args.asType(aws.lambda.Permission)?.principal === "*")
      violation(`${called(args)} allows everybody in: its principal is *. Name the account or service.`);
  },
};

/** The policy documents of a resource, each read only when it is asked for: one may not be known yet. */
function documentsOf(args: ResourceValidationArgs): (() => unknown)[] {
  const property = documents[args.type];
  if (property === undefined) return [];
  const inline = args.asType(aws.iam.Role)?.inlinePolicies ?? [];
  return [() => args.props[property] as unknown, ...inline.map((policy) => () => policy.policy)];
}

function judgeActions({ actions, negations }: Statement, what: string, violation: ReportViolation) {
  for (const action of actions.filter((name) => /^(\*|[\w-]+:\*)$/.test(name)))
    violation(
      `${what} allows ${action}, which is every action of ${action === "*" ? "AWS" : "a service"}. ` +
        `Name the actions that are needed.`,
    );
  if (negations.includes("NotAction"))
    violation(
      `${what} allows everything but some actions. Name the needed ones with Action instead of NotAction.`,
    );
}

function judgeResources(
  { actions, resources, negations }: Statement,
  what: string,
  violation: ReportViolation,
) {
  const everything = resources.find(isEverything);
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

/** `*`, or an ARN such as `arn:aws:s3:::*` that names all of a service's resources. */
function isEverything(resource: string): boolean {
  return resource === "*" || resource.split(":").slice(5).join(":") === "*";
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous */
function judgePrincipals({ principals, negations }: Statement, what: string, violation: ReportViolation) {
  if (principals.includes("*"))
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
