/**
 * What builds run in. Named in full: a new image comes with a change of this line, not between two builds.
 * https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html
 */
export const buildImage = "aws/codebuild/amazonlinux-x86_64-standard:5.0";
