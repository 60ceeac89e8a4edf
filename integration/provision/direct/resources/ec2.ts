import * as ec2 from "@aws-sdk/client-ec2";
import { type Creating, keyValues } from "../resource-type";

/** EC2's client. */
export const client = ({ aws }: Creating) => aws.client(ec2.EC2Client);

/** The resource's tags, as EC2 takes them on creation. */
export const tagged = (kind: ec2.ResourceType, { tags }: Creating): ec2.TagSpecification[] | undefined =>
  Object.keys(tags).length > 0 ? [{ ResourceType: kind, Tags: keyValues(tags) }] : undefined;

/** The CRC-32 that the provider makes ids with. */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
