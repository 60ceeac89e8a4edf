import type { PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { role } from "./fake-aws";

type Declared = NonNullable<NonNullable<PipelineDeclaration["stages"]>[number]["actions"]>[number];

export const action = (
  name: string,
  type: string,
  configuration: Record<string, string>,
  rest: Partial<Declared> & { inputs?: string[]; outputs?: string[] } = {},
): Declared => {
  const [category = "", provider = ""] = type.split("/");
  const { inputs = [], outputs = [], ...others } = rest;
  return {
    name,
    actionTypeId: { category: category as "Source", owner: "AWS", provider, version: "1" },
    configuration,
    inputArtifacts: inputs.map((artifact) => ({ name: artifact })),
    outputArtifacts: outputs.map((artifact) => ({ name: artifact })),
    ...others,
  };
};

export const gitSource = action(
  "Source",
  "Source/CodeStarSourceConnection",
  { ConnectionArn: "arn:connection", FullRepositoryId: "team/app", BranchName: "main" },
  { outputs: ["Source"], namespace: "SourceVariables" },
);
export const approval = (name: string, rest: Partial<Declared> = {}) =>
  action(name, "Approval/Manual", {}, rest);

export const declare = (
  stages: Record<string, Declared[]>,
  rest: Partial<PipelineDeclaration> = {},
): PipelineDeclaration => ({
  name: "app-pipeline",
  roleArn: role("pipeline"),
  artifactStore: { type: "S3", location: "artifacts" },
  pipelineType: "V2",
  stages: Object.entries(stages).map(([name, actions]) => ({ name, actions })),
  ...rest,
});
