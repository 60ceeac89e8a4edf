export interface Arn {
  text: string;
  service: string;
  region: string;
  account: string;
  resource: string;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
export function readArn(text: string): Arn | undefined {
  const [, service, region, account, resource] =
    /^arn:aws[\w-]*:([^:]+):([^:]*):([^:]*):(.+)$/s.exec(text) ?? [];
  if (!service || region === undefined || account === undefined || !resource) return undefined;
  return { text, service, region, account, resource };
}
