import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { ECRClient } from "@aws-sdk/client-ecr";
import { unzipSync, zipSync } from "fflate";
import { type Answers, type Call, fakeClient } from "./fake-client";
import { type JobEvent, type Reach, promote } from "./promote-release";

const manifest = JSON.stringify({ config: { digest: "sha256:c" }, layers: [] });
const digest = `sha256:${createHash("sha256").update(manifest).digest("hex")}`;
const tag = `0123456789ab-${digest.slice(7, 19)}`;
const prodKeys = { AccessKeyId: "prod", SecretAccessKey: "s", SessionToken: "t" };
const artifactCredentials = { accessKeyId: "artifact", secretAccessKey: "s", sessionToken: "t" };

const event: JobEvent = {
  "CodePipeline.job": {
    id: "job-1",
    data: {
      inputArtifacts: [
        { location: { s3Location: { bucketName: "artifacts", objectKey: "greenroom/BuildOutpu/1" } } },
      ],
      artifactCredentials,
    },
  },
};
const settings = {
  SERVICE: "trivia-api",
  SOURCE_REPOSITORY: "greenroom-staging/trivia-api",
  TARGET_REPOSITORY: "greenroom-prod/trivia-api",
  TARGET_ACCOUNT: "222222222222",
  RECEIVE_ROLE_ARN: "arn:aws:iam::222222222222:role/greenroom-prod-receive-trivia-api",
  RELEASE_BUCKET: "releases",
  RELEASE_KEY: "releases/trivia-api.zip",
  AWS_REGION: "us-east-1",
};

const files = (changes: Record<string, string> = {}) => ({
  "imageDetail.json": JSON.stringify({
    ImageURI: `111111111111.dkr.ecr.us-east-1.amazonaws.com/x@${digest}`,
  }),
  "release.json": JSON.stringify({
    service: "trivia-api",
    version: "0123456789ab",
    commit: "0123456789abcdef",
  }),
  "integration-tests/a.test.mjs": "// test",
  ...changes,
});
const zip = (content: Record<string, string>) =>
  zipSync(Object.fromEntries(Object.entries(content).map(([name, text]) => [name, Buffer.from(text)])));

/** AWS as the function reaches it; each call is noted with whose credentials made it. */
function fakeAws(body: Uint8Array, changes: { prodEcr?: Answers; sts?: Answers } = {}) {
  const calls: (Call & { as: string })[] = [];
  const client = <C>(as: string, answers: Answers) => {
    const own: Call[] = [];
    const fake = fakeClient<{ send(command: unknown): unknown }>(answers, own);
    return {
      send: (command: unknown) => {
        const answer = fake.send(command);
        const call = own.at(-1);
        if (call) calls.push({ as, ...call });
        return answer;
      },
    } as C;
  };
  const reach: Reach = {
    codePipeline: () =>
      client("function", { PutJobSuccessResult: () => ({}), PutJobFailureResult: () => ({}) }),
    sts: () => client("function", { AssumeRole: () => ({ Credentials: prodKeys }), ...changes.sts }),
    ecr: (credentials) =>
      credentials
        ? client<ECRClient>(credentials.accessKeyId, {
            BatchCheckLayerAvailability: () => ({
              layers: [{ layerDigest: "sha256:c", layerAvailability: "AVAILABLE" }],
            }),
            PutImage: () => ({ image: { imageId: { imageDigest: digest } } }),
            ...changes.prodEcr,
          })
        : client<ECRClient>("function", {
            BatchGetImage: () => ({ images: [{ imageManifest: manifest, imageManifestMediaType: "m" }] }),
          }),
    s3: (credentials) =>
      client(credentials.accessKeyId, {
        GetObject: () => ({ Body: { transformToByteArray: () => Promise.resolve(body) } }),
        PutObject: () => ({ VersionId: "version-1" }),
      }),
    download: () => Promise.reject(new Error("nothing to download")),
  };
  return { calls, reach };
}

const run = async (body: Uint8Array, changes = {}) => {
  const { calls, reach } = fakeAws(body, changes);
  const error = console.error;
  console.error = () => undefined; // the function logs its failures
  try {
    await promote(event, "request-1", settings, reach);
  } finally {
    console.error = error;
  }
  return calls;
};
const failure = (calls: Call[]) => {
  const last = calls.at(-1);
  assert.equal(last?.command, "PutJobFailureResult");
  return (last.input["failureDetails"] as { message: string }).message;
};

describe("promote-release", () => {
  it("copies the image, then puts the bundle, each with the right credentials, and reports", async () => {
    const calls = await run(zip(files()));
    assert.deepEqual(
      calls.map(({ as, command }) => `${as} ${command}`),
      [
        "artifact GetObject",
        "function AssumeRole",
        "function BatchGetImage",
        "prod BatchCheckLayerAvailability",
        "prod PutImage",
        "prod PutObject",
        "function PutJobSuccessResult",
      ],
    );
    assert.deepEqual(calls[0]?.input, { Bucket: "artifacts", Key: "greenroom/BuildOutpu/1" });
    assert.deepEqual(calls[1]?.input, {
      RoleArn: settings.RECEIVE_ROLE_ARN,
      RoleSessionName: "promote-trivia-api-0123456789ab",
      DurationSeconds: 3600,
    });
    assert.equal(calls[4]?.input["imageTag"], tag);
    assert.deepEqual(calls[6]?.input, {
      jobId: "job-1",
      executionDetails: { summary: "trivia-api 0123456789ab is in prod", externalExecutionId: "request-1" },
      outputVariables: { version: "0123456789ab", imageDigest: digest, releaseVersionId: "version-1" },
    });
  });

  it("gives prod the build's files as they are, with the image in prod's repository", async () => {
    const put = (await run(zip(files()))).find(({ command }) => command === "PutObject");
    const { Body, ...rest } = put?.input ?? {};
    assert.deepEqual(rest, {
      Bucket: "releases",
      Key: "releases/trivia-api.zip",
      ContentType: "application/zip",
      Metadata: { "codepipeline-artifact-revision-summary": "0123456789ab (commit 0123456789abcdef)" },
    });
    const bundle = Object.entries(unzipSync(Body as Uint8Array)).map(([name, content]) => [
      name,
      Buffer.from(content).toString(),
    ]);
    assert.deepEqual(
      Object.fromEntries(bundle),
      files({
        "imageDetail.json": JSON.stringify({
          ImageURI: `222222222222.dkr.ecr.us-east-1.amazonaws.com/greenroom-prod/trivia-api@${digest}`,
        }),
      }),
    );
  });

  it("fails the job, and puts no bundle, when the image cannot be copied", async () => {
    const refuse = () => {
      throw new Error("no such repository");
    };
    const calls = await run(zip(files()), { prodEcr: { PutImage: refuse } });
    assert.equal(failure(calls), "trivia-api could not be promoted: no such repository");
    assert.ok(!calls.some(({ command }) => command === "PutObject"));
  });

  it("fails the job when prod's role cannot be taken on", async () => {
    const refuse = () => {
      throw new Error("not authorized to perform sts:AssumeRole");
    };
    assert.match(failure(await run(zip(files()), { sts: { AssumeRole: refuse } })), /not authorized/);
  });

  it("says what is wrong with a build's artifact", async () => {
    const { "release.json": release, ...withoutRelease } = files();
    assert.ok(release);
    const wrong: [Uint8Array, RegExp][] = [
      [Buffer.from("no zip"), /output artifact is not a zip archive/],
      [zip(withoutRelease), /has no release\.json, only imageDetail\.json, integration-tests\/a\.test\.mjs/],
      [
        zip(files({ "imageDetail.json": '{"ImageURI":"x:latest"}' })),
        /ImageURI is "x:latest", but must name the image by digest/,
      ],
      [zip(files({ "release.json": "{" })), /release\.json of the build is not JSON/],
      [zip(files({ "release.json": "{}" })), /"version" and "commit" must be texts/],
    ];
    for (const [body, message] of wrong) {
      const calls = await run(body);
      assert.match(failure(calls), message);
      assert.deepEqual(
        calls.map(({ command }) => command),
        ["GetObject", "PutJobFailureResult"],
      );
    }
  });
});
