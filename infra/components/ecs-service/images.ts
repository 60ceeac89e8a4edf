import type { Promoted, TargetBuild } from "../release-target";
import { type ImageRepository, imageRepositoryName } from "../storage/image-repository";

/** What an image needs to be built: Docker, and the repository that it is pushed to. */
export function imageBuild(repository: ImageRepository, buildspec: string, image: string): TargetBuild {
  return {
    what: "image",
    buildspec,
    image,
    docker: true,
    environment: { REPOSITORY_URI: repository.url },
    statements: [
      {
        // https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html; DescribeImages tells a build
        // that the image of its commit is there already.
        actions: [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:CompleteLayerUpload",
          "ecr:DescribeImages",
          "ecr:GetDownloadUrlForLayer",
          "ecr:InitiateLayerUpload",
          "ecr:PutImage",
          "ecr:UploadLayerPart",
        ],
        resources: [repository.arn],
      },
      // GetAuthorizationToken has no resource-level permission.
      { actions: ["ecr:GetAuthorizationToken"], resources: ["*"] },
    ],
  };
}

/** An image goes to prod by its digest, from one environment's repository to the other's. */
export function promotedImage(service: string, repository: ImageRepository): Promoted {
  return {
    environment: {
      SOURCE_REPOSITORY: repository.nodes.repository.name,
      TARGET_REPOSITORY: imageRepositoryName("prod", service),
    },
    read: [{ actions: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], resources: [repository.arn] }],
    write: [
      {
        // https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
        actions: [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:CompleteLayerUpload",
          "ecr:InitiateLayerUpload",
          "ecr:PutImage",
          "ecr:UploadLayerPart",
        ],
        resources: [repository.arn],
      },
    ],
  };
}
