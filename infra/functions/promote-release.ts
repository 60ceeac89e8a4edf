import {
  CodePipelineClient,
  PutJobFailureResultCommand,
  PutJobSuccessResultCommand,
} from "@aws-sdk/client-codepipeline";
import { ECRClient } from "@aws-sdk/client-ecr";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { type Download, copyImage } from "./copy-image";
import { type Release, ReleaseBundle } from "./release-bundle";

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

/** @see https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-invoke-lambda-function.html#actions-invoke-lambda-function-json-event-example */
export interface JobEvent {
  "CodePipeline.job": {
    id: string;
    data: {
      inputArtifacts: { location: { s3Location: { bucketName: string; objectKey: string } } }[];
      /** Of the action's role, for a short time. */
      artifactCredentials: Credentials;
    };
  };
}

/** The environment variables that the component Promotion sets. */
export interface Settings {
  SERVICE: string;
  SOURCE_REPOSITORY: string;
  TARGET_REPOSITORY: string;
  TARGET_ACCOUNT: string;
  RECEIVE_ROLE_ARN: string;
  RELEASE_BUCKET: string;
  RELEASE_KEY: string;
  AWS_REGION: string;
}

/** How the function reaches AWS; `undefined` credentials are the function's own. */
export interface Reach {
  codePipeline(): CodePipelineClient;
  sts(): STSClient;
  ecr(credentials?: Credentials): ECRClient;
  s3(credentials: Credentials): S3Client;
  download: Download;
}

/**
 * The last action of a staging pipeline: makes prod able to run exactly what staging ran, then gives prod's pipeline
 * the release. The bundle comes last, so that a pipeline never starts for an image that is not there yet. Safe to
 * repeat. Every outcome is reported to the job: nothing is thrown, as Lambda would run a failed event again.
 */
export async function promote(
  event: JobEvent,
  requestId: string,
  settings: Settings,
  reach: Reach,
): Promise<void> {
  const job = event["CodePipeline.job"];
  try {
    const { release, versionId } = await handOver(job, settings, reach);
    await reach.codePipeline().send(
      new PutJobSuccessResultCommand({
        jobId: job.id,
        executionDetails: {
          summary: `${settings.SERVICE} ${release.version} is in prod`,
          externalExecutionId: requestId,
        },
        outputVariables: {
          version: release.version,
          imageDigest: release.digest,
          releaseVersionId: versionId,
        },
      }),
    );
  } catch (error) {
    const message = `${settings.SERVICE} could not be promoted: ${error instanceof Error ? error.message : String(error)}`;
    console.error(
      JSON.stringify({ message, jobId: job.id, stack: error instanceof Error ? error.stack : undefined }),
    );
    await reach.codePipeline().send(
      new PutJobFailureResultCommand({
        jobId: job.id,
        failureDetails: {
          type: "JobFailed",
          message: message.slice(0, 5000),
          externalExecutionId: requestId,
        },
      }),
    );
  }
}

async function handOver(job: JobEvent["CodePipeline.job"], settings: Settings, reach: Reach) {
  const location = job.data.inputArtifacts[0]?.location.s3Location;
  if (!location) throw new Error("the job has no input artifact");
  const artifact = await reach
    .s3(job.data.artifactCredentials)
    .send(new GetObjectCommand({ Bucket: location.bucketName, Key: location.objectKey }));
  const bundle = ReleaseBundle.parse((await artifact.Body?.transformToByteArray()) ?? new Uint8Array());
  const { release } = bundle;

  const prod = await receiveRole(settings, reach, release.version);
  await copyImage(
    { ecr: reach.ecr(), repositoryName: settings.SOURCE_REPOSITORY },
    { ecr: reach.ecr(prod), repositoryName: settings.TARGET_REPOSITORY },
    release.digest,
    prodTag(release),
    reach.download,
  );

  const put = await reach.s3(prod).send(
    new PutObjectCommand({
      Bucket: settings.RELEASE_BUCKET,
      Key: settings.RELEASE_KEY,
      Body: bundle.zipFor(targetRepositoryUri(settings)),
      ContentType: "application/zip",
      // CodePipeline shows it as the revision's summary.
      Metadata: { "codepipeline-artifact-revision-summary": `${release.version} (commit ${release.commit})` },
    }),
  );
  return { release, versionId: put.VersionId ?? "" };
}

async function receiveRole(settings: Settings, reach: Reach, version: string): Promise<Credentials> {
  const { Credentials: given } = await reach.sts().send(
    new AssumeRoleCommand({
      RoleArn: settings.RECEIVE_ROLE_ARN,
      RoleSessionName: `promote-${settings.SERVICE}-${version}`.slice(0, 64),
      DurationSeconds: 3600, // longer than the function can run
    }),
  );
  const { AccessKeyId, SecretAccessKey, SessionToken } = given ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined)
    throw new Error(`${settings.RECEIVE_ROLE_ARN} gave no credentials`);
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** Says the commit to people; with the digest, as a commit may be built again and tags in prod never move. */
function prodTag({ version, digest }: Release): string {
  return `${version}-${digest.slice("sha256:".length, "sha256:".length + 12)}`;
}

/** @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html */
function targetRepositoryUri({ AWS_REGION, TARGET_ACCOUNT, TARGET_REPOSITORY }: Settings): string {
  const domain = AWS_REGION.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return `${TARGET_ACCOUNT}.dkr.ecr.${AWS_REGION}.${domain}/${TARGET_REPOSITORY}`;
}

function settingsFromEnvironment(): Settings {
  const setting = (name: keyof Settings) => {
    const value = process.env[name];
    if (value === undefined || value === "") throw new Error(`The environment variable ${name} is not set`);
    return value;
  };
  return {
    SERVICE: setting("SERVICE"),
    SOURCE_REPOSITORY: setting("SOURCE_REPOSITORY"),
    TARGET_REPOSITORY: setting("TARGET_REPOSITORY"),
    TARGET_ACCOUNT: setting("TARGET_ACCOUNT"),
    RECEIVE_ROLE_ARN: setting("RECEIVE_ROLE_ARN"),
    RELEASE_BUCKET: setting("RELEASE_BUCKET"),
    RELEASE_KEY: setting("RELEASE_KEY"),
    AWS_REGION: setting("AWS_REGION"),
  };
}

/** A download that stands still this long is given up, so that the job fails with a reason instead of a timeout. */
const downloadTimeoutMs = 5 * 60_000;

const aws: Reach = {
  codePipeline: () => new CodePipelineClient(),
  sts: () => new STSClient(),
  ecr: (credentials) => new ECRClient({ credentials }),
  s3: (credentials) => new S3Client({ credentials }),
  download: async (url) => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(downloadTimeoutMs) });
    if (!answer.ok || !answer.body)
      throw new Error(`a layer could not be read: HTTP ${String(answer.status)}`);
    return answer.body;
  },
};

/** The Lambda function. */
export function handler(event: JobEvent, context: { awsRequestId: string }): Promise<void> {
  return promote(event, context.awsRequestId, settingsFromEnvironment(), aws);
}
