import type { Policies } from "@pulumi/policy";
import * as server from "@pulumi/policy/server";
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest, RegisterResourceResponse } from "@pulumi/pulumi/proto/resource_pb";
import { Environment } from "../environment";
import { awsProvider } from "../provider";
import { record, stackConfig } from "../testing";

/** A resource as the engine knows it after a program has registered it. */
export interface Registered {
  request: RegisterResourceRequest;
  urn: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

/** Everything that a program registers, under Pulumi's mocks; `record` of infra/testing.ts shows no outputs. */
export async function registered(program: () => unknown, stack = "test"): Promise<Registered[]> {
  const resources: Registered[] = [];
  await record(
    () => {
      listen(resources);
      return program();
    },
    { stack },
  );
  return resources;
}

const environments = new Map<string, Promise<Registered[]>>();

/**
 * Everything of staging or prod, made with the provider that infra/index.ts makes them with; once for all tests, as
 * bundling the functions takes its time.
 */
export function registeredEnvironment(
  stack: "staging" | "prod",
  changes: Record<string, unknown> = {},
): Promise<Registered[]> {
  const key = JSON.stringify([stack, changes]);
  const made =
    environments.get(key) ??
    registered(() => new Environment(stackConfig(stack, changes), { provider: awsProvider(stack) }), stack);
  environments.set(key, made);
  return made;
}

interface Monitor {
  registerResource(
    request: RegisterResourceRequest,
    callback: (error: unknown, response?: RegisterResourceResponse) => void,
  ): Promise<void>;
}

function listen(resources: Registered[]) {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const original = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) =>
    original(request, (error, response) => {
      if (response) {
        const values = (struct?: { toJavaScript(): object }) => (struct?.toJavaScript() ?? {}) as Values;
        resources.push({
          request,
          urn: response.getUrn(),
          inputs: values(request.getObject()),
          // The AWS provider says the id again among the outputs.
          outputs: { ...values(response.getObject()), ...(request.getCustom() && { id: response.getId() }) },
        });
      }
      callback(error, response);
    });
}

type Values = Record<string, unknown>;

/** Outputs that AWS makes up, so that a preview of a new stack does not know them. */
const computed = ["allocationId", "arn", "arnSuffix", "dnsName", "id", "publicIp", "repositoryUrl"];

/** What a preview would show of a stack that is not there yet: nothing that comes from AWS is known. */
export function asPreview(resources: Registered[]): Registered[] {
  const texts = resources
    .filter(({ request }) => request.getCustom())
    .flatMap(({ inputs, outputs }) => computed.filter((key) => !(key in inputs)).map((key) => outputs[key]))
    .filter((value) => typeof value === "string");
  const hide = (value: unknown): unknown => {
    if (typeof value === "string")
      return texts.some((text) => value.includes(text)) ? pulumi.runtime.unknownValue : value;
    if (Array.isArray(value)) return value.map(hide);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, hide(member)]));
  };
  return resources.map((resource) => ({
    ...resource,
    inputs: hide(resource.inputs) as Values,
    outputs: hide(resource.outputs) as Values,
  }));
}

/**
 * What the pack answers to the engine's two questions: one for each resource before it is made, by its inputs, and one
 * for the stack, by its outputs. They go through @pulumi/policy's own server, so that a rule sees here what it would see
 * there: unknown values that throw, dependencies, options, providers. As `rule: message`, those that say that a rule
 * cannot be run yet among them.
 */
export async function messagesOf(policies: Policies, resources: Registered[]): Promise<string[]> {
  const { makeAnalyzeRpcFun, makeAnalyzeStackRpcFun } = server as unknown as PolicyServer;
  const identity = ["greenroom", "0.1.0", "mandatory", policies] as const;
  const analyze = makeAnalyzeRpcFun(...identity);
  const analyzeStack = makeAnalyzeStackRpcFun(...identity);
  const asked = [
    ...resources.map((resource) => ask(analyze, question(resource, resource.inputs, resources))),
    ask(analyzeStack, {
      getResourcesList: () => resources.map((resource) => question(resource, resource.outputs, resources)),
    }),
  ];
  return (await Promise.all(asked)).flat();
}

/** The same for what a program registers. */
export async function messagesAbout(policies: Policies, program: () => unknown): Promise<string[]> {
  return messagesOf(policies, await registered(program));
}

interface Answer {
  getDiagnosticsList(): { getPolicyname(): string; getDescription(): string; getMessage(): string }[];
}
type Rpc = (call: { request: object }, callback: (error: unknown, answer?: Answer) => void) => void;
type MakeRpc = (pack: string, version: string, enforcement: string, policies: Policies) => Rpc;
interface PolicyServer {
  makeAnalyzeRpcFun: MakeRpc;
  makeAnalyzeStackRpcFun: MakeRpc;
}

function ask(rpc: Rpc, request: object): Promise<string[]> {
  return new Promise((resolve, reject) => {
    rpc({ request }, (error, answer) => {
      // The server puts the description before each message.
      if (answer)
        resolve(
          answer
            .getDiagnosticsList()
            .map((d) => `${d.getPolicyname()}: ${d.getMessage().replace(`${d.getDescription()}\n`, "")}`),
        );
      else reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
}

/** The engine's question about a resource, with the getters of `AnalyzeRequest` and `AnalyzerResource`. */
function question({ request, urn }: Registered, properties: Values, resources: Registered[]): object {
  const providerUrn = request.getProvider().split("::").slice(0, -1).join("::");
  const provider = resources.find((other) => other.urn === providerUrn);
  return {
    getType: () => request.getType(),
    getName: () => request.getName(),
    getUrn: () => urn,
    getProperties: () => ({ toJavaScript: () => properties }),
    getParent: () => request.getParent(),
    getDependenciesList: () => request.getDependenciesList(),
    getPropertydependenciesMap: () => request.getPropertydependenciesMap(),
    getOptions: () => ({
      getProtect: () => request.getProtect() ?? false,
      getIgnorechangesList: () => request.getIgnorechangesList(),
      getAliasesList: () => [],
      getCustomtimeouts: () => request.getCustomtimeouts(),
      getAdditionalsecretoutputsList: () => request.getAdditionalsecretoutputsList(),
      getDeletebeforereplacedefined: () => false,
      getParent: () => request.getParent(),
    }),
    getProvider: () =>
      provider && {
        getType: () => provider.request.getType(),
        getName: () => provider.request.getName(),
        getUrn: () => provider.urn,
        getProperties: () => ({ toJavaScript: () => provider.inputs }),
      },
  };
}
