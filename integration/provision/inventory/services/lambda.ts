import * as sdk from "@aws-sdk/client-lambda";
import type { Session } from "../../direct/session";
import { each, pages, unlessAbsent } from "../answers";
import { contentOf } from "../content";
import type { Found, Service } from "../resource";
import { setOf, without } from "../shapes";

const client = (aws: Session) => aws.client(sdk.LambdaClient);

async function functions(aws: Session): Promise<Found[]> {
  const paginator = sdk.paginateListFunctions({ client: client(aws) }, {});
  const all = await pages(paginator, (page) => page.Functions);
  return each(all, async ({ FunctionName = "" }) => {
    const config = { client: client(aws) };
    const [answer, concurrency, invokeConfigs, versions, aliases] = await Promise.all([
      client(aws).send(new sdk.GetFunctionCommand({ FunctionName })),
      client(aws).send(new sdk.GetFunctionConcurrencyCommand({ FunctionName })),
      pages(
        sdk.paginateListFunctionEventInvokeConfigs(config, { FunctionName }),
        (page) => page.FunctionEventInvokeConfigs,
      ),
      pages(sdk.paginateListVersionsByFunction(config, { FunctionName }), (page) => page.Versions),
      pages(sdk.paginateListAliases(config, { FunctionName }), (page) => page.Aliases),
    ]);
    const { Configuration = {}, Code, Tags } = answer;
    const network = Configuration.VpcConfig;
    const found: Found = {
      kind: "function",
      name: FunctionName,
      attributes: {
        // What it is made of is compared file by file.
        ...without(
          Configuration,
          "FunctionName",
          "FunctionArn",
          "CodeSha256",
          "CodeSize",
          "LastModified",
          "RevisionId",
        ),
        Code: Code?.ImageUri ?? (await codeAt(Code?.Location, FunctionName)),
        VpcConfig: network && {
          ...network,
          SubnetIds: setOf(network.SubnetIds),
          SecurityGroupIds: setOf(network.SecurityGroupIds),
        },
        Architectures: setOf(Configuration.Architectures),
        ReservedConcurrentExecutions: concurrency.ReservedConcurrentExecutions,
        EventInvokeConfigs: setOf(invokeConfigs.map((one) => without(one, "LastModified"))),
        Versions: setOf(versions.map(({ Version }) => Version)),
        Tags,
      },
    };
    const qualifiers = [undefined, ...aliases.map(({ Name }) => Name)];
    return [
      found,
      ...aliases.map((alias) => ({
        kind: "function alias",
        name: `${FunctionName}:${alias.Name}`,
        attributes: without(alias, "RevisionId"),
      })),
      ...(await each(qualifiers, (qualifier) => permissions(aws, FunctionName, qualifier))),
    ];
  });
}

/** The files of a function, from where GetFunction says that they are. */
async function codeAt(location: string | undefined, name: string) {
  if (!location) return undefined;
  if (!["localhost", "127.0.0.1"].includes(new URL(location).hostname))
    throw new Error(`the code of the function ${name} is not on this machine: ${location}`);
  const answer = await fetch(location, { signal: AbortSignal.timeout(30_000) });
  if (!answer.ok) throw new Error(`the code of the function ${name} cannot be read: HTTP ${answer.status}`);
  return contentOf(new Uint8Array(await answer.arrayBuffer()));
}

/** Who may call a function: the statements of its policy. */
async function permissions(aws: Session, FunctionName: string, Qualifier?: string): Promise<Found[]> {
  const answer = await unlessAbsent(
    client(aws).send(new sdk.GetPolicyCommand({ FunctionName, Qualifier })),
    "ResourceNotFoundException",
  );
  const policy = JSON.parse(answer?.Policy ?? "{}") as { Statement?: { Sid?: string }[] };
  const target = Qualifier ? `${FunctionName}:${Qualifier}` : FunctionName;
  return (policy.Statement ?? []).map((statement) => ({
    kind: "function permission",
    name: `${target}/${statement.Sid}`,
    attributes: without(statement, "Sid"),
  }));
}

async function eventSources(aws: Session): Promise<Found[]> {
  const paginator = sdk.paginateListEventSourceMappings({ client: client(aws) }, {});
  const all = await pages(paginator, (page) => page.EventSourceMappings);
  return all.map((mapping) => ({
    kind: "event source mapping",
    name: `${mapping.FunctionArn?.split(":")[6]} from ${mapping.EventSourceArn}`,
    ids: [mapping.UUID ?? ""],
    attributes: without(mapping, "UUID", "LastModified", "LastProcessingResult", "EventSourceMappingArn"),
  }));
}

/** Lambda: https://docs.aws.amazon.com/lambda/latest/api/welcome.html */
export const lambda: Service = {
  types: [
    "aws:lambda/function:Function",
    "aws:lambda/permission:Permission",
    "aws:lambda/alias:Alias",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
  ],
  read: (aws) => each([functions, eventSources], (table) => table(aws)),
};
