import * as sdk from "@aws-sdk/client-ecs";
import type { Handlers } from "../core/service";
import { findCluster, findService, findTaskSet, invalid } from "./errors";
import type { EcsState } from "./model";

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TagResource.html and its neighbours */
export function tags(stateOf: (caller: { account: string; region: string }) => EcsState) {
  /** The list of tags of a resource, to be changed in place. */
  const tagsOf = (state: EcsState, arn = ""): sdk.Tag[] => {
    const [kind, ...names] = arn.split(":").slice(5).join(":").split("/");
    const [cluster, service, ...taskSet] = names;
    if (kind === "cluster") return findCluster(state, cluster).tags;
    if (kind === "service") return findService(findCluster(state, cluster), service).tags;
    if (kind === "task-set")
      return findTaskSet(findService(findCluster(state, cluster), service), taskSet.join("/")).tags;
    const ofTaskDefinition = state.tagsOfTaskDefinitions.get(arn);
    if (ofTaskDefinition) return ofTaskDefinition;
    throw invalid(`The specified resource "${arn}" was not found.`);
  };
  const remove = (list: sdk.Tag[], keys: readonly (string | undefined)[]) => {
    const kept = list.filter(({ key }) => !keys.includes(key));
    list.splice(0, list.length, ...kept);
  };

  return {
    ListTagsForResource: async (input, caller) => ({ tags: tagsOf(stateOf(caller), input.resourceArn) }),
    TagResource: async (input, caller) => {
      const list = tagsOf(stateOf(caller), input.resourceArn);
      remove(
        list,
        (input.tags ?? []).map(({ key }) => key),
      );
      list.push(...(input.tags ?? []));
      return {};
    },
    UntagResource: async (input, caller) => {
      remove(tagsOf(stateOf(caller), input.resourceArn), input.tagKeys ?? []);
      return {};
    },
  } satisfies Handlers<typeof sdk>;
}
