import * as build from "@aws-sdk/client-codebuild";
import * as pipeline from "@aws-sdk/client-codepipeline";
import { batches, each, pages } from "../answers";
import type { Service } from "../resource";
import { recordOf, setOf, tagsOf, without } from "../shapes";

/** CodeBuild: https://docs.aws.amazon.com/codebuild/latest/APIReference/Welcome.html */
export const codebuild: Service = {
  types: ["aws:codebuild/project:Project"],
  async read(aws) {
    const client = aws.client(build.CodeBuildClient);
    const names = await pages(build.paginateListProjects({ client }, {}), (page) => page.projects);
    const all = await each(batches(names, 100), async (some) => {
      return (await client.send(new build.BatchGetProjectsCommand({ names: some }))).projects ?? [];
    });
    return all.map((project) => ({
      kind: "build project",
      name: project.name ?? "",
      attributes: {
        ...without(project, "name", "arn", "created", "lastModified"),
        environment: project.environment && {
          ...project.environment,
          environmentVariables: recordOf(
            project.environment.environmentVariables,
            ({ name }) => name,
            ({ name, ...variable }) => variable,
          ),
        },
        vpcConfig: project.vpcConfig && {
          ...project.vpcConfig,
          subnets: setOf(project.vpcConfig.subnets),
          securityGroupIds: setOf(project.vpcConfig.securityGroupIds),
        },
        tags: tagsOf(project.tags),
      },
    }));
  },
};

/** CodePipeline: https://docs.aws.amazon.com/codepipeline/latest/APIReference/Welcome.html */
export const codepipeline: Service = {
  types: ["aws:codepipeline/pipeline:Pipeline"],
  async read(aws) {
    const client = aws.client(pipeline.CodePipelineClient);
    const all = await pages(pipeline.paginateListPipelines({ client }, {}), (page) => page.pipelines);
    return each(all, async ({ name = "" }) => {
      const answer = await client.send(new pipeline.GetPipelineCommand({ name }));
      const resourceArn = answer.metadata?.pipelineArn ?? aws.arn("codepipeline", name);
      const paginator = pipeline.paginateListTagsForResource({ client }, { resourceArn });
      const tags = await pages(paginator, (page) => page.tags);
      return [
        {
          kind: "pipeline",
          name,
          attributes: { ...without(answer.pipeline ?? { name }, "name"), tags: tagsOf(tags) },
        },
      ];
    });
  },
};
