import assert from "node:assert/strict";
import { createResource } from "../create";
import { FakeSession } from "../testing";
import { subnetPlans, vpcComponent } from "./vpc-component";

const plan = (zones: string[], specs?: Parameters<typeof subnetPlans>[3], cidr = "10.0.0.0/16") =>
  subnetPlans("net", cidr, zones, specs).map(({ name, cidrBlock }) => `${name} ${cidrBlock}`);

describe("awsx's VPC", () => {
  it("has a private and a public subnet in each zone", () => {
    assert.deepEqual(plan(["a", "b"]), [
      "net-private-1 10.0.0.0/18",
      "net-public-1 10.0.64.0/19",
      "net-private-2 10.0.128.0/18",
      "net-public-2 10.0.192.0/19",
    ]);
    // From awsx's documentation: three zones make /19 and /20.
    assert.deepEqual(plan(["a", "b", "c"]).slice(0, 3), [
      "net-private-1 10.0.0.0/19",
      "net-public-1 10.0.32.0/20",
      "net-private-2 10.0.64.0/19",
    ]);
  });

  it("lays given subnets out in their order, each at a start that fits its size", () => {
    const specs = [
      { type: "Public", cidrMask: 24 } as const,
      { type: "Private", cidrMask: 20, name: "apps" } as const,
    ];
    assert.deepEqual(plan(["a"], specs), ["net-public-1 10.0.0.0/24", "net-apps-1 10.0.16.0/20"]);
    assert.throws(
      () => plan(["a", "b"], [{ type: "Public", cidrMask: 16 }]),
      /do not fit into 10\.0\.0\.0\/16/,
    );
  });

  it("goes out through one NAT gateway at the address that the program gives", async () => {
    const session = new FakeSession({
      DescribeAvailabilityZones: {
        AvailabilityZones: [{ ZoneName: "b" }, { ZoneName: "a" }, { ZoneName: "c" }],
      },
      CreateVpc: { Vpc: { VpcId: "vpc-1" } },
      CreateInternetGateway: { InternetGateway: { InternetGatewayId: "igw-1" } },
      CreateSubnet: { Subnet: { SubnetId: "subnet-1" } },
      CreateRouteTable: { RouteTable: { RouteTableId: "rtb-1" } },
      AssociateRouteTable: { AssociationId: "assoc-1" },
      CreateNatGateway: { NatGateway: { NatGatewayId: "nat-1" } },
    });
    const inputs = {
      numberOfAvailabilityZones: 2,
      subnetStrategy: "Auto",
      natGateways: { strategy: "Single", elasticIpAllocationIds: ["eipalloc-1"] },
    };
    const entry = vpcComponent["awsx:ec2:Vpc"];
    assert.ok(entry);
    const { state } = await createResource(entry, "net", inputs, session);
    const of = (operation: string) =>
      session.calls.filter(([name]) => name === operation).map(([, input]) => input);
    assert.deepEqual(of("CreateNatGateway"), [
      {
        SubnetId: "subnet-1",
        AllocationId: "eipalloc-1",
        TagSpecifications: [{ ResourceType: "natgateway", Tags: [{ Key: "Name", Value: "net-1" }] }],
      },
    ]);
    const out = { RouteTableId: "rtb-1", DestinationCidrBlock: "0.0.0.0/0" };
    assert.deepEqual(of("CreateRoute"), [
      { ...out, GatewayId: "igw-1" },
      { ...out, GatewayId: "igw-1" },
      { ...out, NatGatewayId: "nat-1" },
      { ...out, NatGatewayId: "nat-1" },
    ]);
    assert.deepEqual(
      (of("CreateSubnet") as { AvailabilityZone: string }[]).map((subnet) => subnet.AvailabilityZone),
      ["a", "a", "b", "b"],
    );
    assert.equal(of("AllocateAddress").length, 0);
    assert.deepEqual(state.publicSubnetIds, ["subnet-1", "subnet-1"]);
    assert.equal(state.vpcId, "vpc-1");
  });

  it("refuses a layout that it does not know", async () => {
    const inputs = { subnetSpecs: [{ type: "Public" }], availabilityZoneNames: ["a"] };
    const entry = vpcComponent["awsx:ec2:Vpc"];
    assert.ok(entry);
    await assert.rejects(
      createResource(entry, "net", inputs, new FakeSession()),
      /subnetStrategy "Legacy" with subnetSpecs/,
    );
  });
});
