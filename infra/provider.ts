import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { isSecret } from "./secrets";

/**
 * The one AWS provider of a stack, with the settings of the stack's `aws:` keys (`region`, `allowedAccountIds`,
 * `profile`, …), secret ones as secrets, and the tags that everything carries. The stack files disable default providers, so that a resource
 * that would fall to another one, and thus perhaps into another account, is an error.
 * @see https://www.pulumi.com/docs/iac/concepts/resources/providers/#disabling-default-providers
 */
export function awsProvider(environment: string): aws.Provider {
  const settings: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(pulumi.runtime.allConfig())) {
    if (!key.startsWith("aws:")) continue;
    const name = key.slice("aws:".length);
    const setting = texts.has(name) ? text : settingOf(text);
    settings[name] = isSecret(key) ? pulumi.secret(setting) : setting;
  }
  const { defaultTags, ...others } = settings as aws.ProviderArgs;
  const tags = pulumi
    .output(defaultTags)
    .apply((given) => ({ ...given?.tags, project: pulumi.getProject(), environment }));
  return new aws.Provider("aws", { ...others, defaultTags: { tags } });
}

/** Settings that are texts whatever they look like: an access key may be all digits. The provider keeps them secret. */
const texts = new Set(["accessKey", "secretKey", "token", "profile", "region"]);

/** Pulumi hands over as JSON what is not a text. */
function settingOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
