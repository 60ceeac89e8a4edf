import { createHash } from "node:crypto";

/**
 * How long a physical name may be.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
const longest = {
  loadBalancer: 32,
  targetGroup: 32,
  role: 64,
  function: 64,
  bucket: 63,
  pipeline: 100,
  codeDeploy: 100,
  buildProject: 150,
  eventRule: 64,
  alarm: 255,
  table: 255,
} as const;

/**
 * A physical name that every run and every stack computes alike: the parts joined with `-`. One that is too long
 * for its kind is cut, and ends with a hash of the whole, so that two long names never meet.
 */
export function physicalName(kind: keyof typeof longest, ...parts: string[]): string {
  const whole = parts.join("-");
  if (whole.length <= longest[kind]) return whole;
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, 6);
  return `${whole.slice(0, longest[kind] - 7).replace(/-+$/, "")}-${hash}`;
}
