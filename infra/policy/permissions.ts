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

type Judge = (statement: Statement, what: string, violation: ReportViolation) => void;

/** Judges each statement that allows something. */
function eachAllow(judge: Judge) {
  return (args: ResourceValidationArgs, violation: ReportViolation) => {
    const property = documents[args.type];
    if (property === undefined) return;
    const inline = () => args.asType(aws.iam.Role)?.inlinePolicies?.map((policy) => policy.policy) ?? [];
    judgeEach([() => [args.props[property] as unknown], inline], (read) => {
      judgeEach(read(), (document) => {
        if (document === undefined) return;
        const statements = statementsOf(document);
        if (!statements)
          violation(`${called(args)} has a policy that is not JSON. Write it with JSON.stringify.`);
        for (const statement of statements ?? [])
          if (statement.effect === "Allow") judge(statement, called(args), violation);
      });
    });
  };
}

const link = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege";

const noWildcardActions: ResourceValidationPolicy = {
  name: "no-wildcard-actions",
  description: `A role may do what it needs, by name: what a service learns to do tomorrow is not among it. ${link}`,
  enforcementLevel: "mandatory",
  validateResource: eachAllow(({ actions, negations }, what, violation) => {
    for (const action of actions.filter((name) => /^(\*|[\w-]+:\*)$/.test(name)))
      violation(
        `${what} allows ${action}, which is every action ${action === "*" ? "of AWS" : "of a service"}. ` +
          `Name the actions that are needed.`,
      );
    if (negations.includes("NotAction"))
      violation(
        `${what} allows everything but some actions. Name the needed ones with Action instead of NotAction.`,
      );
  }),
};

const noWildcardResources: ResourceValidationPolicy = {
  name: "no-wildcard-resources",
  description:
    `A role may touch what it needs, by ARN. "*" is for the actions that AWS cannot narrow: they are listed in ` +
    `infra/policy/actions-without-resources.ts. ${link}`,
  enforcementLevel: "mandatory",
  validateResource: eachAllow(({ actions, resources, negations }, what, violation) => {
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
  }),
};

/** `*`, or an ARN such as `arn:aws:s3:::*` that names all of a service's resources. */
function isEverything(resource: string): boolean {
  return resource === "*" || resource.split(":").slice(5).join(":") === "*";
}

const noPublicPrincipals: ResourceValidationPolicy = {
  name: "no-public-principals",
  description:
    "Who may take on a role or use a resource is named: a condition that is meant to narrow * is forgotten too easily. " +
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous",
  enforcementLevel: "mandatory",
  validateResource: [
    eachAllow(({ principals, negations }, what, violation) => {
      if (principals.includes("*"))
        violation(`${what} allows everybody in: its Principal is *. Name the account, role or service.`);
      if (negations.includes("NotPrincipal"))
        violation(
          `${what} allows everybody but some in. Name the needed ones with Principal instead of NotPrincipal.`,
        );
    }),
    (args, violation) => {
      if (args.asType(aws.lambda.Permission)?.principal === "*")
        violation(`${called(args)} allows everybody in: its principal is *. Name the account or service.`);
    },
  ],
};

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

export const permissions: Policies = [
  noWildcardActions,
  noWildcardResources,
  noPublicPrincipals,
  noBroadManagedPolicies,
];
