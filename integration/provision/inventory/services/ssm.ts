import { createHash } from "node:crypto";
import * as sdk from "@aws-sdk/client-ssm";
import { each, pages } from "../answers";
import type { Service } from "../resource";
import { tagsOf, without } from "../shapes";

const hash = (text: string | undefined) =>
  text && `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** Systems Manager: https://docs.aws.amazon.com/systems-manager/latest/APIReference/Welcome.html */
export const ssm: Service = {
  types: ["aws:ssm/parameter:Parameter"],
  async read(aws) {
    const client = aws.client(sdk.SSMClient);
    const all = await pages(sdk.paginateDescribeParameters({ client }, {}), (page) => page.Parameters);
    return each(all, async (parameter) => {
      const [{ Parameter }, { TagList }] = await Promise.all([
        client.send(new sdk.GetParameterCommand({ Name: parameter.Name, WithDecryption: true })),
        client.send(
          new sdk.ListTagsForResourceCommand({ ResourceType: "Parameter", ResourceId: parameter.Name }),
        ),
      ]);
      const isSecret = parameter.Type === "SecureString";
      return [
        {
          kind: "parameter",
          name: parameter.Name ?? "",
          attributes: {
            ...without(parameter, "Name", "ARN", "LastModifiedDate"),
            // An inventory is printed.
            Value: isSecret ? hash(Parameter?.Value) : Parameter?.Value,
            Tags: tagsOf(TagList),
          },
        },
      ];
    });
  },
};
