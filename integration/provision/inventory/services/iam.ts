import * as sdk from "@aws-sdk/client-iam";
import type { Session } from "../../direct/session";
import { each, pages } from "../answers";
import type { Found, Service } from "../resource";
import { setOf, tagsOf, without } from "../shapes";

const client = (aws: Session) => aws.client(sdk.IAMClient);

/** IAM answers with policy documents encoded as in a URL. */
const decoded = (document: string | undefined) => document && decodeURIComponent(document);

async function roles(aws: Session): Promise<Found[]> {
  const all = await pages(sdk.paginateListRoles({ client: client(aws) }, {}), (page) => page.Roles);
  return each(all, async ({ RoleName = "" }) => {
    const config = { client: client(aws) };
    const [{ Role }, attached, inline] = await Promise.all([
      // The list lacks tags and the boundary.
      client(aws).send(new sdk.GetRoleCommand({ RoleName })),
      pages(sdk.paginateListAttachedRolePolicies(config, { RoleName }), (page) => page.AttachedPolicies),
      pages(sdk.paginateListRolePolicies(config, { RoleName }), (page) => page.PolicyNames),
    ]);
    if (!Role) throw new Error(`GetRole answered without the role ${RoleName}`);
    const found: Found = {
      kind: "role",
      name: RoleName,
      ids: [Role.RoleId ?? ""],
      attributes: {
        ...without(Role, "RoleId", "RoleName", "RoleLastUsed"),
        AssumeRolePolicyDocument: decoded(Role.AssumeRolePolicyDocument),
        AttachedPolicies: setOf(attached.map(({ PolicyArn }) => PolicyArn)),
        Tags: tagsOf(Role.Tags),
      },
    };
    return [found, ...(await each(inline, (name) => rolePolicy(aws, RoleName, name)))];
  });
}

async function rolePolicy(aws: Session, RoleName: string, PolicyName: string): Promise<Found[]> {
  const answer = await client(aws).send(new sdk.GetRolePolicyCommand({ RoleName, PolicyName }));
  const document = decoded(answer.PolicyDocument);
  return [
    { kind: "role policy", name: `${RoleName}/${PolicyName}`, attributes: { PolicyDocument: document } },
  ];
}

async function policies(aws: Session): Promise<Found[]> {
  // Not AWS's own, of which there are more than a thousand.
  const paginator = sdk.paginateListPolicies({ client: client(aws) }, { Scope: "Local" });
  const all = await pages(paginator, (page) => page.Policies);
  return each(all, async ({ Arn: PolicyArn }) => {
    const { Policy = {} } = await client(aws).send(new sdk.GetPolicyCommand({ PolicyArn }));
    const version = await client(aws).send(
      new sdk.GetPolicyVersionCommand({ PolicyArn, VersionId: Policy.DefaultVersionId }),
    );
    return [
      {
        kind: "managed policy",
        name: Policy.PolicyName ?? "",
        ids: [Policy.PolicyId ?? ""],
        attributes: {
          ...without(Policy, "PolicyId", "PolicyName", "UpdateDate"),
          PolicyDocument: decoded(version.PolicyVersion?.Document),
          Tags: tagsOf(Policy.Tags),
        },
      },
    ];
  });
}

/** IAM: https://docs.aws.amazon.com/IAM/latest/APIReference/welcome.html */
export const iam: Service = {
  types: [
    "aws:iam/role:Role",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  ],
  read: (aws) => each([roles, policies], (table) => table(aws)),
};
