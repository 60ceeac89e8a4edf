import type { Created, Creating, ResourceType } from "./resource-type";
import type { Session } from "./session";
import { watched } from "./inputs";

/** Inputs that a resource type set aside: the resource would not be what the program asked for. */
export class IgnoredInputsError extends Error {
  override name = "IgnoredInputsError";
  constructor(readonly ignored: string[]) {
    super(
      `direct provisioning does not use the input${ignored.length > 1 ? "s" : ""} ${ignored.join(", ")}: ` +
        "use it in the type's entry in integration/provision/direct/resources",
    );
  }
}

/** What is common to all types of the AWS provider, besides tags. */
interface CommonInputs {
  tags?: Record<string, string>;
  region?: string;
}

/**
 * Creates a resource and answers as the AWS provider would: the inputs with the outputs over them, `region`, and,
 * where the type has tags, `tagsAll`.
 *
 * @throws {AwsCallError} when AWS refuses
 * @throws {IgnoredInputsError} when the type's entry did not look at an input
 */
export async function createResource(
  type: ResourceType,
  name: string,
  plain: object,
  session: Session,
): Promise<{ id: string; state: Record<string, unknown> }> {
  const { inputs, ignored } = watched(plain);
  const { region } = inputs as CommonInputs;
  if (region !== undefined && region !== session.region) {
    throw new Error(
      `region is "${region}"; direct provisioning brings a stack up in one region, "${session.region}"`,
    );
  }
  let tags: Record<string, string> | undefined;
  const resource: Creating = {
    name,
    aws: session,
    get tags() {
      return (tags ??= { ...session.defaultTags, ...(inputs as CommonInputs).tags });
    },
  };
  const created: Created = await type.create(inputs, resource);
  const left = ignored();
  if (left.length > 0) throw new IgnoredInputsError(left);
  return {
    id: created.id,
    state: {
      ...plain,
      region: session.region,
      ...(tags ? { tagsAll: tags } : {}),
      ...created.outputs,
    },
  };
}
