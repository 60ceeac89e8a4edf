import type { Acting, Call } from "../core/acting";

const ofRules = new Set([
  "AuthorizeSecurityGroupEgress",
  "AuthorizeSecurityGroupIngress",
  "RevokeSecurityGroupEgress",
  "RevokeSecurityGroupIngress",
]);

/**
 * What the base's EC2 misses: a rule for all protocols has no ports, whatever a caller gives, so that the rule for all
 * traffic that every security group starts with can be revoked by `-1` with ports 0 to 0, as the AWS provider does.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
 */
export function ec2(): Acting {
  return { signingName: "ec2", beside: { before: withoutPortsOfAllProtocols } };
}

function withoutPortsOfAllProtocols(call: Call): Call {
  const fields = new URLSearchParams(call.body.toString());
  if (!ofRules.has(fields.get("Action") ?? "")) return call;
  for (const [key, value] of [...fields]) {
    const rule = /^(IpPermissions\.\d+\.)IpProtocol$/.exec(key)?.[1];
    if (rule === undefined || value !== "-1") continue;
    fields.delete(`${rule}FromPort`);
    fields.delete(`${rule}ToPort`);
  }
  const body = Buffer.from(fields.toString());
  return { ...call, body, headers: { ...call.headers, "content-length": String(body.length) } };
}
