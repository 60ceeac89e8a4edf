import type * as pulumi from "@pulumi/pulumi";
import type { Statement } from "./iam/role";
import type { ActionWithPermissions } from "./pipeline/actions/action";
import type { ArtifactBucket } from "./storage/artifact-bucket";

/** Commands of the service's team that a pipeline runs. */
export interface TargetBuild {
  /**
   * What comes out, in one word: part of the project's name in the program.
   * @example "image"
   */
  what: string;
  /**
   * A path in the input artifact.
   * @example "services/trivia-api/buildspec.yml"
   */
  buildspec: string;
  /**
   * The image that the commands run in.
   * @example "aws/codebuild/amazonlinux-x86_64-standard:5.0"
   */
  image: string;
  /**
   * Whether they may run `docker build`.
   * @example true
   */
  docker: boolean;
  /** @example { REPOSITORY_URI: repository.url } */
  environment: Record<string, pulumi.Input<string>>;
  /**
   * What they may do besides reading and writing artifacts, logs and reports.
   * @example [{ actions: ["ecr:PutImage"], resources: [repository.arn] }]
   */
  statements: Statement[];
}

/** What is copied from staging to prod beside the release itself, such as an image. */
export interface Promoted {
  /**
   * Tells the function that promotes what to copy, and where to.
   * @example { SOURCE_REPOSITORY: "greenroom-staging/trivia-api" }
   */
  environment: Record<string, pulumi.Input<string>>;
  /**
   * Lets staging read it.
   * @example [{ actions: ["ecr:BatchGetImage"], resources: [repository.arn] }]
   */
  read: Statement[];
  /**
   * Lets staging's promotion write it to prod.
   * @example [{ actions: ["ecr:PutImage"], resources: [repository.arn] }]
   */
  write: Statement[];
}

/** Where the templates are that a pipeline makes its releases from. */
export interface Templates {
  /** @example artifactBucket */
  bucket: ArtifactBucket;
  /** @example "templates/trivia-api.zip" */
  key: string;
  /** A new pipeline runs at once, and wants it. */
  object: pulumi.Resource;
}

/** Whatever a pipeline can release to: all that it needs to know of it. Each kind of service has one. */
export interface ReleaseTarget {
  /** Makes a release out of a commit. */
  readonly build: TargetBuild;
  /** Tests a release, from what came with it. */
  readonly tests: TargetBuild;
  readonly templates: Templates;
  readonly promoted: Promoted;
  /** Where customers go. */
  readonly url: pulumi.Output<string>;
  /** Takes the release in the artifact `release`, and the templates in `Templates`, to customers. */
  deploy(release: string): ActionWithPermissions;
}
