import { CodeBuildClient, StartBuildCommand, type StartBuildInput } from "@aws-sdk/client-codebuild";
import { parseInput, type TargetKind } from "./target-kind";

/**
 * Starts a build. A constant or transformed input holds members of StartBuild.
 * https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html
 */
export const codebuild: TargetKind = {
  is: ({ service, resource }) => service === "codebuild" && resource.startsWith("project/"),
  needsRole: true,
  async deliver({ aws, to, role, input, custom }) {
    if (!role) throw new Error(`${to.text} needs a role`);
    const overrides = (custom ? parseInput(input) : {}) as Partial<StartBuildInput>;
    const projectName = to.resource.slice("project/".length);
    await aws.client(CodeBuildClient, role).send(new StartBuildCommand({ ...overrides, projectName }));
  },
};
