import assert from "node:assert/strict";
import { Readable } from "node:stream";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as codebuild from "@aws-sdk/client-codebuild";
import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import * as lambda from "@aws-sdk/client-lambda";
import * as scheduler from "@aws-sdk/client-scheduler";
import * as sns from "@aws-sdk/client-sns";
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols";
import { HttpResponse, type HttpRequest } from "@smithy/core/transport";
import { NormalizedSchema } from "@smithy/core/schema";
import { ServiceError } from "../errors";
import { Model } from "../model";
import type { OperationSchema, Request } from ".";

interface Client {
  send(command: unknown): Promise<{ $metadata: unknown }>;
}
type Sdk = Record<string, unknown>;

/** An official client whose requests `act` answers, by the schemas alone. */
function clientOf(
  sdk: Sdk,
  name: string,
  act: (operation: string, input: unknown) => object,
  protocol?: unknown,
) {
  const model = new Model(sdk);
  const seen: Request[] = [];
  async function handle({ method, path, query, headers, body }: HttpRequest) {
    const search = Object.entries(query).flatMap(([key, value]) =>
      [value].flat().map((one) => `${encodeURIComponent(key)}=${encodeURIComponent(one ?? "")}`),
    );
    const request: Request = {
      method,
      path: search.length > 0 ? `${path}?${search.join("&")}` : path,
      headers: Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value])),
      body: Buffer.from(body instanceof Uint8Array ? Uint8Array.from(body) : String(body ?? "")),
    };
    seen.push(request);
    const { asked, operation } = model.operationOf(request);
    assert.ok(operation, `${method} ${request.path} asks for "${asked}"`);
    let answer;
    try {
      answer = model.writeOutput(operation, request, act(asked, model.readInput(operation, request)));
    } catch (error) {
      answer = error instanceof Error && model.writeError(request, error);
      if (!answer) throw error;
    }
    const { status: statusCode, headers: sent, body: bytes } = answer;
    return {
      response: new HttpResponse({
        statusCode,
        headers: sent as Record<string, string>,
        body: Readable.from(bytes.length > 0 ? [bytes] : []),
      }),
    };
  }
  const Class = sdk[name] as new (config: object) => Client;
  const client = new Class({
    endpoint: "http://127.0.0.1:1",
    region: "eu-west-1",
    credentials: { accessKeyId: "111111111111", secretAccessKey: "x" },
    maxAttempts: 1,
    requestHandler: { handle },
    ...(protocol ? { protocol } : {}),
  });
  return { client, seen };
}

/** Something for each member of a shape, at most some levels deep. */
function sample(ns: NormalizedSchema, depth = 8): unknown {
  if (ns.isUnitSchema() || ns.isDocumentSchema()) return undefined;
  const { mediaType, httpHeader } = ns.getMergedTraits();
  if (mediaType) return undefined;
  if (ns.isStructSchema()) {
    if (depth === 0) return undefined;
    const members = [...ns.structIterator()].map(([name, member]) => [name, sample(member, depth - 1)]);
    const known = members.filter(([, value]) => value !== undefined);
    if (known.length === 0) return undefined;
    return Object.fromEntries(ns.isUnionSchema() ? known.slice(0, 1) : known);
  }
  if (ns.isListSchema() || ns.isMapSchema()) {
    const item = sample(ns.getValueSchema(), depth - 1);
    if (item === undefined) return undefined;
    return ns.isListSchema() ? [item, item] : { "a key": item, other: item };
  }
  if (ns.isBlobSchema()) return new Uint8Array([0, 1, 254, 255]);
  if (ns.isBooleanSchema()) return true;
  if (ns.isTimestampSchema()) return new Date("2026-01-02T03:04:05Z");
  if (ns.isNumericSchema()) return 201;
  return httpHeader ? "plain text" : `<a> & "b"/c é%+`;
}

const plain = (value: unknown): unknown =>
  value instanceof Uint8Array
    ? [...value]
    : value instanceof Date || typeof value !== "object" || value === null
      ? value
      : Array.isArray(value)
        ? value.map(plain)
        : Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));

const streams = (schema: NormalizedSchema) =>
  [...(schema.isStructSchema() ? schema.structIterator() : [])].some(
    ([, member]) => member.getMergedTraits().streaming,
  );

/** As clients spoke to CloudWatch before, and some still do. */
class CloudWatchQuery extends AwsQueryProtocol {
  constructor() {
    super({
      defaultNamespace: "com.amazonaws.cloudwatch",
      xmlNamespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
      version: "2010-08-01",
    });
  }
}

const clients: { says: string; sdk: Sdk; name: string; protocol?: unknown }[] = [
  { says: "AWS JSON 1.1: CodeBuild", sdk: codebuild, name: "CodeBuildClient" },
  { says: "AWS JSON 1.0: CloudWatch", sdk: cloudwatch, name: "CloudWatchClient" },
  {
    says: "RPC v2 CBOR: CloudWatch",
    sdk: cloudwatch,
    name: "CloudWatchClient",
    protocol: AwsSmithyRpcV2CborProtocol,
  },
  { says: "Query: CloudWatch", sdk: cloudwatch, name: "CloudWatchClient", protocol: CloudWatchQuery },
  { says: "Query: Elastic Load Balancing", sdk: elb, name: "ElasticLoadBalancingV2Client" },
  { says: "Query: SNS", sdk: sns, name: "SNSClient" },
  { says: "REST JSON: Scheduler", sdk: scheduler, name: "SchedulerClient" },
  { says: "REST JSON: Lambda", sdk: lambda, name: "LambdaClient" },
];

describe("AWS's protocols, as official clients speak them", () => {
  for (const { says, sdk, name, protocol } of clients)
    it(`carries every member of every operation, both ways (${says})`, async () => {
      let told = 0;
      for (const [key, schema] of Object.entries(sdk)) {
        const Command = sdk[key.replace("$", "Command")];
        if (!key.endsWith("$") || (schema as OperationSchema)[0] !== 9 || !Command) continue;
        const [, , operation, , inputRef, outputRef] = schema as OperationSchema;
        const [input, output] = [NormalizedSchema.of(inputRef), NormalizedSchema.of(outputRef)];
        if (streams(input) || streams(output)) continue;
        const [sent, answered] = [sample(input) ?? {}, (sample(output) as object | undefined) ?? {}];
        let got: unknown;
        const { client } = clientOf(
          sdk,
          name,
          (asked, read) => {
            got = { asked, input: plain(read) };
            return answered;
          },
          protocol,
        );
        const { $metadata: _m, ...back } = await client.send(
          new (Command as new (input: object) => unknown)(sent as object),
        );
        assert.deepEqual(got, { asked: operation, input: plain(sent) }, `the input of ${operation}`);
        assert.deepEqual(plain(back), plain(answered), `the output of ${operation}`);
        told++;
      }
      assert.ok(told >= 10, `only ${told} operations`);
    });

  const refused = async (
    index: number,
    command: unknown,
    error: Error,
  ): Promise<Error & Record<string, unknown>> => {
    const { sdk, name, protocol } = clients[index] ?? assert.fail();
    const act = () => {
      throw error;
    };
    const { client } = clientOf(sdk, name, act, protocol);
    return client.send(command).then(
      () => assert.fail("it was not refused"),
      (caught: unknown) => caught as Error & Record<string, unknown>,
    );
  };
  const $metadata = {};

  it("gives a client the exception of its own SDK, with its members and its status", async () => {
    const message = `no <such> "thing" & more`;
    const cases: [number, unknown, Error][] = [
      [
        0,
        new codebuild.ListProjectsCommand({}),
        new codebuild.ResourceNotFoundException({ message, $metadata }),
      ],
      [
        1,
        new cloudwatch.ListDashboardsCommand({}),
        new cloudwatch.InvalidParameterValueException({ message, $metadata }),
      ],
      [
        2,
        new cloudwatch.ListDashboardsCommand({}),
        new cloudwatch.InvalidParameterValueException({ message, $metadata }),
      ],
      [
        3,
        new cloudwatch.ListDashboardsCommand({}),
        new cloudwatch.InvalidParameterValueException({ message, $metadata }),
      ],
      [4, new elb.DescribeRulesCommand({}), new elb.TargetGroupNotFoundException({ message, $metadata })],
      [
        6,
        new scheduler.ListSchedulesCommand({}),
        new scheduler.ConflictException({ message, Message: message, $metadata }),
      ],
      [
        7,
        new lambda.ListFunctionsCommand({}),
        new lambda.TooManyRequestsException({
          message,
          retryAfterSeconds: "7",
          Reason: "CallerRateLimitExceeded",
          $metadata,
        }),
      ],
    ];
    const statuses: (number | undefined)[] = [];
    for (const [index, command, error] of cases) {
      const caught = await refused(index, command, error);
      const says = clients[index]?.says;
      assert.equal(caught.constructor, error.constructor, says);
      assert.deepEqual([caught.name, caught.message], [error.name, message], says);
      statuses.push((caught.$metadata as { httpStatusCode?: number }).httpStatusCode);
      if (index === 7) assert.equal(caught.Reason, "CallerRateLimitExceeded");
    }
    assert.deepEqual(statuses, [400, 400, 400, 400, 400, 409, 429]);
  });

  it("calls the errors that all services have as each protocol does", async () => {
    const error = () => new ServiceError("UnknownOperationException", "wrong");
    const names: string[] = [];
    for (const [index, command] of [
      [0, new codebuild.ListProjectsCommand({})],
      [1, new cloudwatch.ListDashboardsCommand({})],
      [2, new cloudwatch.ListDashboardsCommand({})],
      [3, new cloudwatch.ListDashboardsCommand({})],
      [6, new scheduler.ListSchedulesCommand({})],
    ] as const)
      names.push((await refused(index, command, error())).name);
    assert.deepEqual(names, [
      "UnknownOperationException",
      // Clients of a service that once spoke Query ask for its old names.
      "InvalidAction",
      "InvalidAction",
      "InvalidAction",
      "UnknownOperationException",
    ]);
  });

  it("refuses a body that cannot be read, and members that are wrong or missing", () => {
    const of = (
      headers: Record<string, string>,
      body: string | Uint8Array,
      path = "/",
      method = "POST",
    ): Request => ({
      method,
      path,
      headers,
      body: Buffer.from(body),
    });
    const json = { "x-amz-target": "CodeBuild_20161006.BatchGetBuilds" };
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const cbor = { "smithy-protocol": "rpc-v2-cbor" };
    const cborPath = "/service/GraniteServiceVersion20100801/operation/DescribeAlarms";
    const cases: [Sdk, Request, string][] = [
      [codebuild, of(json, "{"), "SerializationException: the request body is not JSON"],
      [
        codebuild,
        of(json, "[]"),
        "ValidationException: 1 validation error detected: Value at '(body)' must be a structure",
      ],
      [
        codebuild,
        of(json, "{}"),
        "ValidationException: 1 validation error detected: Value null at 'ids' failed to satisfy constraint: Member must not be null",
      ],
      [
        elb,
        of(form, "Action=CreateTargetGroup&Port=x&Name=a"),
        "ValidationException: 1 validation error detected: Value at 'Port' must be a number",
      ],
      [cloudwatch, of(cbor, new Uint8Array([0xbf, 0x61]), cborPath), "SerializationException: "],
      [
        scheduler,
        of({}, "[]", "/schedules/a"),
        "SerializationException: the request body is not a JSON object",
      ],
      [
        scheduler,
        of({}, `{"Target":{}}`, "/schedules/a"),
        "ValidationException: 4 validation errors detected: ",
      ],
    ];
    for (const [sdk, request, expected] of cases) {
      const model = new Model(sdk);
      const { operation = assert.fail() } = model.operationOf(request);
      assert.throws(
        () => model.readInput(operation, request),
        (error: Error) =>
          `${error.name}: ${error.message}`.startsWith(expected) ||
          assert.equal(`${error.name}: ${error.message}`, expected),
      );
    }
  });

  it("writes Query answers in the namespace of service and version, for a GET too", () => {
    const model = new Model(elb);
    const path =
      "/?Action=DescribeRules&Version=2015-12-01&RuleArns.member.1=a&X-Amz-Credential=k%2Fd%2Feu-west-1%2Felasticloadbalancing%2Faws4_request";
    const request: Request = { method: "GET", path, headers: {}, body: Buffer.alloc(0) };
    const { operation = assert.fail() } = model.operationOf(request);
    assert.deepEqual(model.readInput(operation, request), { RuleArns: ["a"] });
    assert.match(
      model.writeOutput(operation, request, { Rules: [] }).body.toString(),
      /^<DescribeRulesResponse xmlns="http:\/\/elasticloadbalancing\.amazonaws\.com\/doc\/2015-12-01\/"><DescribeRulesResult><Rules\/><\/DescribeRulesResult><ResponseMetadata>/,
    );
  });
});
