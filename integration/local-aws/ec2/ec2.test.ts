import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import * as sdk from "@aws-sdk/client-ec2";
import { Gateway } from "../core/gateway";
import { ec2 } from ".";

describe("EC2 beside the base", () => {
  const seen: Record<string, string>[] = [];
  const base = http.createServer((request, response) => {
    void text(request).then((body) => {
      seen.push(Object.fromEntries(new URLSearchParams(body)));
      response.end(
        "<RevokeSecurityGroupEgressResponse><return>true</return></RevokeSecurityGroupEgressResponse>",
      );
    });
  });
  const gateway = new Gateway(() => undefined);
  let client: sdk.EC2Client;

  before(async () => {
    await new Promise<void>((resolve) => base.listen(0, "127.0.0.1", resolve));
    const endpoint = await gateway.listen(0);
    gateway.useBase(`http://127.0.0.1:${(base.address() as AddressInfo).port}`);
    gateway.use(ec2());
    const credentials = { accessKeyId: "111111111111", secretAccessKey: "x" };
    client = new sdk.EC2Client({ endpoint, region: "us-east-1", maxAttempts: 1, credentials });
  });
  after(async () => {
    client.destroy();
    await gateway.close();
    base.closeAllConnections();
    base.close();
  });

  it("gives a rule for all protocols no ports, and leaves those of others", async () => {
    const IpRanges = [{ CidrIp: "0.0.0.0/0" }];
    const GroupId = "sg-1";
    await client.send(
      new sdk.RevokeSecurityGroupEgressCommand({
        GroupId,
        IpPermissions: [
          { IpProtocol: "-1", FromPort: 0, ToPort: 0, IpRanges },
          { IpProtocol: "tcp", FromPort: 0, ToPort: 80, IpRanges },
        ],
      }),
    );
    const { Version: _, ...fields } = seen[0] ?? {};
    assert.deepEqual(fields, {
      Action: "RevokeSecurityGroupEgress",
      GroupId,
      "IpPermissions.1.IpProtocol": "-1",
      "IpPermissions.1.IpRanges.1.CidrIp": "0.0.0.0/0",
      "IpPermissions.2.IpProtocol": "tcp",
      "IpPermissions.2.FromPort": "0",
      "IpPermissions.2.ToPort": "80",
      "IpPermissions.2.IpRanges.1.CidrIp": "0.0.0.0/0",
    });
  });
});
