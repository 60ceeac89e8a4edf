import assert from "node:assert/strict";
import { record, valueOf } from "../../testing";
import { Network } from "./network";

const existing = {
  vpcId: "vpc-9",
  publicSubnetIds: ["subnet-1", "subnet-2"],
  privateSubnetIds: ["subnet-3", "subnet-4"],
  testTrafficCidrs: ["198.51.100.4/32"],
};

describe("Network", () => {
  it("makes a VPC in two zones with one NAT gateway, whose address test traffic comes from", async () => {
    const made = await record(() => new Network("staging", { natGateways: "single" }));
    assert.deepEqual(
      made.all("aws:ec2/eip:Eip").map(({ name, inputs }) => [name, inputs]),
      [["staging-nat-1", { domain: "vpc" }]],
    );
    assert.deepEqual(made.get("awsx:ec2:Vpc", "staging-vpc").inputs, {
      numberOfAvailabilityZones: 2,
      enableDnsHostnames: true,
      subnetStrategy: "Auto",
      natGateways: { strategy: "Single", elasticIpAllocationIds: ["eipalloc-staging-nat-1"] },
    });
    assert.equal(await valueOf(made.result.vpcId), "vpc-1");
    assert.deepEqual(await valueOf(made.result.publicSubnetIds), ["subnet-public1", "subnet-public2"]);
    assert.deepEqual(await valueOf(made.result.privateSubnetIds), ["subnet-private1", "subnet-private2"]);
    assert.deepEqual(await valueOf(made.result.testTrafficCidrs), ["203.0.113.7/32"]);
  });

  it("makes a NAT gateway in each zone if asked to", async () => {
    const made = await record(() => new Network("prod", { natGateways: "onePerAz" }));
    assert.deepEqual(made.get("awsx:ec2:Vpc", "prod-vpc").inputs["natGateways"], {
      strategy: "OnePerAz",
      elasticIpAllocationIds: ["eipalloc-prod-nat-1", "eipalloc-prod-nat-2"],
    });
  });

  it("makes nothing where there is a network", async () => {
    const made = await record(() => new Network("prod", { existing, natGateways: "onePerAz" }));
    assert.deepEqual(
      made.resources.map(({ type }) => type),
      ["greenroom:infra:Network"],
    );
    const { vpcId, publicSubnetIds, privateSubnetIds, testTrafficCidrs } = made.result;
    assert.deepEqual(await valueOf({ vpcId, publicSubnetIds, privateSubnetIds, testTrafficCidrs }), existing);
  });
});
