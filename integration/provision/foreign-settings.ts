/**
 * Settings of the AWS provider that say who somebody is on AWS, and where AWS is and how it is reached: nothing for a
 * local one, which has its own.
 * @see https://www.pulumi.com/registry/packages/aws/installation-configuration/
 */
export const foreignSettings: readonly string[] = [
  "accessKey",
  "assumeRole",
  "assumeRoles",
  "assumeRoleWithWebIdentity",
  "customCaBundle",
  "ec2MetadataServiceEndpoint",
  "ec2MetadataServiceEndpointMode",
  "endpoints",
  "httpProxy",
  "httpsProxy",
  "noProxy",
  "profile",
  "secretKey",
  "sharedConfigFiles",
  "sharedCredentialsFiles",
  "token",
  "useDualstackEndpoint",
  "useFipsEndpoint",
];
