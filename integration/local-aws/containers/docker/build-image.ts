/** CodeBuild's own images are public under another name: https://gallery.ecr.aws/codebuild */
export const pullableName = (image: string): string =>
  image.replace(/^aws\/codebuild\//, "public.ecr.aws/codebuild/");
