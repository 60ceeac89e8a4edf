import { createHash } from "node:crypto";
import { CodeDeployClient, CreateDeploymentCommand, GetDeploymentCommand } from "@aws-sdk/client-codedeploy";
import { ECSClient, RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { S3Client } from "@aws-sdk/client-s3";
import { minutes } from "../../core/clock";
import { readArtifactFile } from "../artifact-store";
import { fillAppSpec, fillTaskDefinition, imageUri, parseAppSpec } from "./deploy-templates";
import { ActionFailure, consoleUrl, inputNamed, pollEvery, type Act, type ActionRequest } from "./action";

/** "The maximum artifact ZIP size": https://docs.aws.amazon.com/codepipeline/latest/userguide/troubleshooting.html#troubleshooting-ecstocodedeploy-size */
const mostBytes = 3 << 20;

/**
 * Registers the task definition with the release's images and has CodeDeploy deploy it blue/green. It has ended
 * when the deployment has, the wait before the old tasks are terminated included.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html
 */
export const actOnCodeDeployToEcs: Act = async (request, { aws }) => {
  const { ApplicationName: applicationName, DeploymentGroupName: deploymentGroupName } =
    request.configuration;
  // Everything that can be wrong with the templates shows before anything is registered or deployed.
  const s3 = aws.client(S3Client, request.identity);
  const taskDefinition = await readTaskDefinition(request, s3);
  const { AppSpecTemplatePath: appSpecFile = "appspec.yaml" } = request.configuration;
  const appSpecArtifact = inputNamed(request, "AppSpecTemplateArtifact");
  const appSpec = await readArtifactFile(s3, appSpecArtifact, appSpecFile, mostBytes);
  parseAppSpec(appSpec, appSpecFile);

  const ecs = aws.client(ECSClient, request.identity);
  const registered = await ecs.send(new RegisterTaskDefinitionCommand(taskDefinition));
  const arn = registered.taskDefinition?.taskDefinitionArn;
  if (!arn) throw new ActionFailure("JobFailed", "ECS gave no ARN for the registered task definition");
  const content = fillAppSpec(appSpec, arn);

  const codedeploy = aws.client(CodeDeployClient, request.identity);
  const { deploymentId } = await codedeploy.send(
    new CreateDeploymentCommand({
      applicationName,
      deploymentGroupName,
      revision: {
        revisionType: "AppSpecContent",
        appSpecContent: { content, sha256: createHash("sha256").update(content).digest("hex") },
      },
    }),
  );
  request.report({
    externalExecutionId: deploymentId,
    externalExecutionUrl: consoleUrl("codedeploy", request.region, `/deployments/${deploymentId}`),
    summary: "Deployment InProgress",
  });
  const ended = await aws.clock.until(
    async () => {
      const { deploymentInfo } = await codedeploy.send(new GetDeploymentCommand({ deploymentId }));
      const ongoing = ["Created", "Queued", "InProgress", "Baking", "Ready"];
      return ongoing.includes(deploymentInfo?.status ?? "Created") ? undefined : deploymentInfo;
    },
    // https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
    { everyMs: pollEvery(aws), limitMs: minutes(5 * 24 * 60), signal: request.signal },
  );
  if (!ended)
    throw new ActionFailure("TimedOut", `the deployment ${deploymentId} had not ended after 5 days`);
  if (ended.status === "Succeeded") return { summary: "Deployment Succeeded" };
  const { code, message } = ended.errorInformation ?? {};
  throw new ActionFailure(
    "JobFailed",
    message
      ? `${message}${code ? ` (Error code: ${code})` : ""}`
      : `Deployment ${deploymentId} ${ended.status}`,
    `Deployment ${deploymentId} failed`,
  );
};

async function readTaskDefinition(request: ActionRequest, s3: S3Client) {
  const { TaskDefinitionTemplatePath: file = "taskdef.json" } = request.configuration;
  const templates = inputNamed(request, "TaskDefinitionTemplateArtifact");
  const template = await readArtifactFile(s3, templates, file, mostBytes).catch(
    saying(`Exception while trying to read the task definition artifact file from: ${templates.name}`),
  );
  const images = new Map<string, string>();
  for (const n of [1, 2, 3, 4]) {
    const placeholder = request.configuration[`Image${n}ContainerName`];
    const artifactKey = `Image${n}ArtifactName`;
    if (!placeholder && !request.configuration[artifactKey]) continue;
    if (!placeholder || !request.configuration[artifactKey])
      throw new ActionFailure("ConfigurationError", `${artifactKey} and Image${n}ContainerName go together`);
    const artifact = inputNamed(request, artifactKey);
    const detail = await readArtifactFile(s3, artifact, "imageDetail.json", mostBytes).catch(
      saying(`Exception while trying to read the image artifact file from the artifact: ${artifact.name}`),
    );
    images.set(placeholder, imageUri(detail, artifact.name));
  }
  return fillTaskDefinition(template, file, images);
}

/** AWS's own sentence, which does not say why: not there, too large or no zip. The action's summary does. */
const saying = (message: string) => (error: unknown) => {
  throw error instanceof ActionFailure ? new ActionFailure(error.code, message, error.message) : error;
};
