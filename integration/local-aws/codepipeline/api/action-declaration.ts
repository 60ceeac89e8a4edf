import type { ActionDeclaration } from "@aws-sdk/client-codepipeline";
import { actionType, type ActionType } from "../action-types";
import { referredNamespaces } from "../variables";
import { badAction, invalid, lacks, matches, structure } from "./refusals";

/** Refuses an action that AWS refuses, or whose kind is not implemented. */
export function validateAction(
  action: ActionDeclaration,
  stageIndex: number,
  region: string,
  produced: ReadonlySet<string>,
  namespaces: ReadonlySet<string>,
): void {
  const { name, actionTypeId: id } = action;
  matches("actions.member.name", name, /^[A-Za-z0-9.@\-_]{1,100}$/, "[A-Za-z0-9.@\\-_]+");
  const type = actionType(id);
  if (!type) throw lacks(`action ${id?.owner}/${id?.provider} (category ${id?.category}, action ${name})`);
  if (id?.version !== "1")
    throw badAction(
      `ActionType (Category: '${id?.category}', Provider: '${id?.provider}', Owner: '${id?.owner}', Version: '${id?.version}') in action '${name}' is not available in region '${region}'`,
    );
  if (id.category === "Source" && stageIndex > 0)
    throw structure(`Action ${name} is a source action. Only the first stage may contain source actions`);
  if (action.region && action.region !== region)
    throw lacks(`action in another region (action ${name}, region ${action.region})`);
  for (const key of ["commands", "outputVariables", "environmentVariables"] as const)
    if (action[key]?.length)
      throw badAction(`Action ${name} must not have ${key}: it is for Commands actions`);
  validateTimeout(action);
  const outputs = action.outputArtifacts ?? [];
  const inputs = action.inputArtifacts ?? [];
  count(name, "input", inputs.length, type.inputs);
  count(name, "output", outputs.length, type.outputs);
  for (const { name: artifact } of [...inputs, ...outputs])
    matches("artifact name", artifact, /^[a-zA-Z0-9_-]{1,100}$/, "[a-zA-Z0-9_\\-]+");
  for (const { name: artifact = "" } of inputs)
    if (!produced.has(artifact))
      throw badAction(
        `Input Artifact Bundle ${artifact} in action ${name} is not declared as Output Artifact Bundle in any of the preceding actions`,
      );
  validateConfiguration(action, type, namespaces);
}

function validateConfiguration(
  action: ActionDeclaration,
  type: ActionType,
  namespaces: ReadonlySet<string>,
): void {
  const { name, configuration = {} } = action;
  for (const key of type.required)
    if (!configuration[key])
      throw badAction(`Action configuration for action '${name}' is missing required configuration '${key}'`);
  for (const [key, value] of Object.entries(configuration)) {
    if (![...type.required, ...type.optional].includes(key))
      throw badAction(`Action configuration for action '${name}' contains unknown configuration '${key}'`);
    if (type.lacking?.includes(key) && value !== "false")
      throw lacks(
        `action ${action.actionTypeId?.owner}/${action.actionTypeId?.provider} with ${key} (action ${name})`,
      );
  }
  if (action.actionTypeId?.provider === "CodeStarSourceConnection") {
    const format = configuration.OutputArtifactFormat ?? "CODE_ZIP";
    if (format !== "CODE_ZIP") throw lacks(`OutputArtifactFormat ${format} (action ${name}); use CODE_ZIP`);
  }
  for (const namespace of referredNamespaces(configuration))
    if (!namespaces.has(namespace) && namespace !== "variables" && namespace !== "codepipeline")
      throw badAction(
        `Action '${name}' refers to namespace '${namespace}', which no preceding action declares`,
      );
}

function validateTimeout({ name, timeoutInMinutes, actionTypeId }: ActionDeclaration): void {
  if (timeoutInMinutes === undefined) return;
  if (actionTypeId?.category !== "Approval")
    throw badAction(`Action ${name} must not have timeoutInMinutes: it is for manual approvals`);
  // https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
  if (timeoutInMinutes < 5 || timeoutInMinutes > 86_400)
    throw invalid(
      `timeoutInMinutes of action ${name} is ${timeoutInMinutes}; it must be between 5 and 86400`,
    );
}

function count(
  action: string | undefined,
  kind: string,
  given: number,
  [least, most]: readonly [number, number],
) {
  if (given < least)
    throw badAction(
      `Action ${action} declares ${given} ${kind} artifacts which is less than the minimum count (${least})`,
    );
  if (given > most)
    throw badAction(
      `Action ${action} declares ${given} ${kind} artifacts which is more than the maximum count (${most})`,
    );
}
