import * as sdk from "@aws-sdk/client-ecr";
import { each, pages, unlessAbsent } from "../answers";
import type { Service } from "../resource";
import { tagsOf, without } from "../shapes";

/** ECR, without the images: those are releases. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/Welcome.html */
export const ecr: Service = {
  types: [
    "aws:ecr/repository:Repository",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy",
  ],
  async read(aws) {
    const client = aws.client(sdk.ECRClient);
    const all = await pages(sdk.paginateDescribeRepositories({ client }, {}), (page) => page.repositories);
    return each(all, async (repository) => {
      const { repositoryName, repositoryArn: resourceArn } = repository;
      const [{ tags }, lifecycle, policy] = await Promise.all([
        client.send(new sdk.ListTagsForResourceCommand({ resourceArn })),
        unlessAbsent(
          client.send(new sdk.GetLifecyclePolicyCommand({ repositoryName })),
          "LifecyclePolicyNotFoundException",
        ),
        unlessAbsent(
          client.send(new sdk.GetRepositoryPolicyCommand({ repositoryName })),
          "RepositoryPolicyNotFoundException",
        ),
      ]);
      return [
        {
          kind: "repository",
          name: repositoryName ?? "",
          attributes: {
            ...without(repository, "repositoryName", "repositoryArn", "createdAt"),
            LifecyclePolicy: lifecycle?.lifecyclePolicyText,
            RepositoryPolicy: policy?.policyText,
            tags: tagsOf(tags),
          },
        },
      ];
    });
  },
};
