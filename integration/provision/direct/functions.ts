/* eslint-disable @typescript-eslint/no-require-imports -- loaded when used, and CommonJS has no other way */
import type * as aws from "@pulumi/aws";
import type { Unwrap } from "@pulumi/pulumi";
import { watched } from "./inputs";
import type { Session } from "./session";

type ProviderFunction = (inputs: Record<string, unknown>, aws: Session) => Promise<Record<string, unknown>>;

const getAvailabilityZones: ProviderFunction = async ({ state }, session) => {
  const ec2 = require("@aws-sdk/client-ec2") as typeof import("@aws-sdk/client-ec2");
  const answer = await session.client(ec2.EC2Client).send(
    new ec2.DescribeAvailabilityZonesCommand({
      Filters: typeof state === "string" ? [{ Name: "state", Values: [state] }] : undefined,
    }),
  );
  const zones = [...(answer.AvailabilityZones ?? [])].sort((a, b) =>
    (a.ZoneName ?? "").localeCompare(b.ZoneName ?? ""),
  );
  return {
    id: session.region,
    names: zones.map((zone) => zone.ZoneName),
    zoneIds: zones.map((zone) => zone.ZoneId),
    groupNames: [...new Set(zones.map((zone) => zone.GroupName ?? session.region))],
  };
};

const getCallerIdentity: ProviderFunction = async (_, session) => {
  const sts = require("@aws-sdk/client-sts") as typeof import("@aws-sdk/client-sts");
  const answer = await session.client(sts.STSClient).send(new sts.GetCallerIdentityCommand({}));
  return { id: answer.Account, accountId: answer.Account, arn: answer.Arn, userId: answer.UserId };
};

type Document = Unwrap<aws.iam.GetPolicyDocumentArgs>;
type Principals = NonNullable<NonNullable<Document["statements"]>[number]["principals"]>;

/** A policy document as the provider writes it: one value is a text, several a list in reverse order of the alphabet. */
export function policyDocument(document: Document): string {
  const values = (list: string[] | undefined) =>
    list?.length === 1 ? list[0] : list && [...list].sort().reverse();
  const principals = (list: Principals | undefined) => {
    if (!list || list.length === 0) return undefined;
    if (list.some(({ type }) => type === "*")) return "*";
    const types = [...new Set(list.map(({ type }) => type))];
    return Object.fromEntries(
      types.map((type) => [type, values(list.filter((p) => p.type === type).flatMap((p) => p.identifiers))]),
    );
  };
  const Statement = (document.statements ?? []).map((statement) => {
    const Condition: Record<string, Record<string, unknown>> = {};
    for (const { test, variable, values: list } of statement.conditions ?? []) {
      (Condition[test] ??= {})[variable] = list.length === 1 ? list[0] : list;
    }
    return {
      Sid: statement.sid,
      Effect: statement.effect ?? "Allow",
      Action: values(statement.actions),
      NotAction: values(statement.notActions),
      Resource: values(statement.resources),
      NotResource: values(statement.notResources),
      Principal: principals(statement.principals),
      NotPrincipal: principals(statement.notPrincipals),
      Condition: Object.keys(Condition).length > 0 ? Condition : undefined,
    };
  });
  return JSON.stringify(
    { Version: document.version ?? "2012-10-17", Id: document.policyId, Statement },
    null,
    2,
  );
}

const getPolicyDocument: ProviderFunction = async (inputs) => {
  const json = policyDocument(inputs as unknown as Document);
  return { id: String(json.length), json, minifiedJson: JSON.stringify(JSON.parse(json)) };
};

const functions: Record<string, ProviderFunction> = {
  "aws:index/getAvailabilityZones:getAvailabilityZones": getAvailabilityZones,
  "aws:index/getCallerIdentity:getCallerIdentity": getCallerIdentity,
  "aws:index/getPartition:getPartition": async (_, { partition }) => ({
    id: partition,
    partition,
    dnsSuffix: "amazonaws.com",
    reverseDnsPrefix: "com.amazonaws",
  }),
  "aws:index/getRegion:getRegion": async (_, { region }) => ({
    id: region,
    region,
    name: region,
    endpoint: `ec2.${region}.amazonaws.com`,
    description: region === "us-east-1" ? "US East (N. Virginia)" : region,
  }),
  "aws:iam/getPolicyDocument:getPolicyDocument": getPolicyDocument,
};

/** Calls a function of the AWS provider. @throws Error that names a function, or an input, that is not known here. */
export async function callFunction(
  token: string,
  plain: object,
  session: Session,
): Promise<Record<string, unknown>> {
  const call = functions[token];
  if (!call) {
    throw new Error(
      `direct provisioning does not know the function "${token}": add it to integration/provision/direct/functions.ts`,
    );
  }
  const { inputs, ignored } = watched(plain as Record<string, unknown>);
  const answer = await call(inputs, session);
  const left = ignored();
  if (left.length > 0)
    throw new Error(`direct provisioning does not use the input ${left.join(", ")} of "${token}"`);
  return { ...plain, ...answer };
}
