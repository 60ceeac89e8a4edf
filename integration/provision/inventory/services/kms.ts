import * as sdk from "@aws-sdk/client-kms";
import { each, pages, unlessAbsent } from "../answers";
import type { Service } from "../resource";
import { tagsOf, without } from "../shapes";

/** KMS: https://docs.aws.amazon.com/kms/latest/APIReference/Welcome.html */
export const kms: Service = {
  types: ["aws:kms/key:Key", "aws:kms/alias:Alias"],
  async read(aws) {
    const client = aws.client(sdk.KMSClient);
    const [keys, aliases] = await Promise.all([
      pages(sdk.paginateListKeys({ client }, {}), (page) => page.Keys),
      pages(sdk.paginateListAliases({ client }, {}), (page) => page.Aliases),
    ]);
    const found = await each(keys, async ({ KeyId = "" }) => {
      const [{ KeyMetadata }, rotation, policy, tags] = await Promise.all([
        client.send(new sdk.DescribeKeyCommand({ KeyId })),
        // Not every kind of key can be rotated, and one that waits for its deletion no longer can.
        unlessAbsent(
          client.send(new sdk.GetKeyRotationStatusCommand({ KeyId })),
          "UnsupportedOperationException",
          "KMSInvalidStateException",
        ),
        // The only policy of a key: https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
        client.send(new sdk.GetKeyPolicyCommand({ KeyId, PolicyName: "default" })),
        pages(sdk.paginateListResourceTags({ client }, { KeyId }), (page) => page.Tags),
      ]);
      const alias = aliases.find(({ TargetKeyId }) => TargetKeyId === KeyId)?.AliasName;
      return [
        {
          kind: "key",
          name: alias ?? (KeyMetadata?.Description || "unnamed"),
          ids: [KeyId],
          attributes: {
            ...without(KeyMetadata ?? { KeyId }, "KeyId", "Arn", "CreationDate"),
            Rotation: rotation && {
              Enabled: rotation.KeyRotationEnabled,
              Days: rotation.RotationPeriodInDays,
            },
            Policy: policy.Policy,
            Tags: tagsOf(tags),
          },
        },
      ];
    });
    return [
      ...found,
      ...aliases.map(({ AliasName, TargetKeyId }) => ({
        kind: "key alias",
        name: AliasName ?? "",
        attributes: { TargetKeyId },
      })),
    ];
  },
};
