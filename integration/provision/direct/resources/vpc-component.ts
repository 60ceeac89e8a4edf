import type * as awsx from "@pulumi/awsx";
import { DescribeAvailabilityZonesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { createResource } from "../create";
import { type Creating, type ResourceType, resourceType, type ResourceTypes } from "../resource-type";
import { network } from "./network";

type SubnetType = "Public" | "Private" | "Isolated" | "Unused";
interface SubnetSpec {
  type: SubnetType;
  name?: string;
  cidrMask?: number;
  tags?: Record<string, string>;
}
interface SubnetPlan {
  name: string;
  type: SubnetType;
  zone: string;
  zoneIndex: number;
  cidrBlock: string;
  tags: Record<string, string>;
}

/**
 * The subnets of awsx's strategy "Auto": the VPC is divided evenly between the zones, and in each zone the subnets
 * follow each other. Without specs a zone has one private subnet of half of it and one public of a quarter.
 *
 * @see https://www.pulumi.com/registry/packages/awsx/api-docs/ec2/vpc/#subnet-layout-strategies
 */
export function subnetPlans(
  name: string,
  cidrBlock: string,
  zones: string[],
  specs?: SubnetSpec[],
): SubnetPlan[] {
  const [base = "", mask] = cidrBlock.split("/");
  const zoneMask = Number(mask) + Math.ceil(Math.log2(zones.length));
  const wanted = specs ?? [
    { type: "Private" as const, cidrMask: zoneMask + 1 },
    { type: "Public" as const, cidrMask: zoneMask + 2 },
  ];
  const defaultMask = zoneMask + Math.ceil(Math.log2(wanted.length));
  return zones.flatMap((zone, zoneIndex) => {
    const zoneStart = toNumber(base) + zoneIndex * size(zoneMask);
    let next = zoneStart;
    return wanted.map((spec): SubnetPlan => {
      const subnetMask = spec.cidrMask ?? defaultMask;
      const start = Math.ceil(next / size(subnetMask)) * size(subnetMask);
      next = start + size(subnetMask);
      if (next > zoneStart + size(zoneMask)) {
        throw new Error(
          `the subnets of ${name} do not fit into ${cidrBlock} divided by ${zones.length} zones`,
        );
      }
      return {
        name: `${name}-${spec.name ?? spec.type.toLowerCase()}-${zoneIndex + 1}`,
        type: spec.type,
        zone,
        zoneIndex,
        cidrBlock: `${toAddress(start)}/${subnetMask}`,
        tags: spec.tags ?? {},
      };
    });
  });
}

const size = (mask: number) => 2 ** (32 - mask);
const toNumber = (address: string) =>
  address.split(".").reduce((number, byte) => number * 256 + Number(byte), 0);
const toAddress = (number: number) =>
  [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join(".");

type Strategy = "None" | "Single" | "OnePerAz";

const vpc = resourceType<awsx.ec2.VpcArgs>(async (inputs, resource) => {
  const { name, aws } = resource;
  const specs = inputs.subnetSpecs as SubnetSpec[] | undefined;
  const layout = inputs.subnetStrategy ?? "Legacy";
  // "Legacy" is the same as "Auto" as long as the subnets are awsx's own.
  if (layout !== "Auto" && !(layout === "Legacy" && !specs)) {
    throw new Error(`subnetStrategy "${layout}" with subnetSpecs is not known here: use "Auto"`);
  }
  const cidrBlock = inputs.cidrBlock ?? "10.0.0.0/16";
  const zones =
    inputs.availabilityZoneNames ?? (await firstZones(resource, inputs.numberOfAvailabilityZones ?? 3));
  const strategy = (inputs.natGateways?.strategy ?? "OnePerAz") as Strategy;
  const addresses = inputs.natGateways?.elasticIpAllocationIds ?? [];
  const plans = subnetPlans(name, cidrBlock, zones, specs);
  const given = inputs.tags ?? {};
  const shared = { Name: name, ...given };

  const make = async (type: string, childName: string, childInputs: object) => {
    const { id, state } = await createResource(entry(type), childName, childInputs, aws);
    return { ...state, id };
  };
  const theVpc = await make("vpc:Vpc", name, {
    cidrBlock,
    enableDnsHostnames: inputs.enableDnsHostnames,
    enableDnsSupport: inputs.enableDnsSupport,
    instanceTenancy: inputs.instanceTenancy,
    tags: shared,
  });
  const vpcId = theVpc.id;
  const internetGateway = await make("internetGateway:InternetGateway", name, { vpcId, tags: shared });

  const eips: Made[] = [];
  const gateways = new Map<number, Promise<Made>>();
  const natGateway = async (plan: SubnetPlan, subnetId: string) => {
    const label = `${name}-${plan.zoneIndex + 1}`;
    const tags = { ...given, Name: label };
    let allocationId = addresses[plan.zoneIndex];
    if (allocationId === undefined) {
      const eip = await make("eip:Eip", label, { tags });
      eips.push(eip);
      allocationId = eip.id;
    }
    return make("natGateway:NatGateway", label, { subnetId, allocationId, tags });
  };
  const create = async (plan: SubnetPlan) => {
    const subnet = await make("subnet:Subnet", plan.name, {
      vpcId,
      availabilityZone: plan.zone,
      mapPublicIpOnLaunch: plan.type === "Public",
      cidrBlock: plan.cidrBlock,
      tags: { ...shared, ...plan.tags, Name: plan.name, SubnetType: plan.type },
    });
    const table = await make("routeTable:RouteTable", plan.name, {
      vpcId,
      tags: { ...shared, Name: plan.name, SubnetType: plan.type },
    });
    const association = await make("routeTableAssociation:RouteTableAssociation", plan.name, {
      routeTableId: table.id,
      subnetId: subnet.id,
    });
    return { plan, subnet, table, association };
  };
  const route = (made: Awaited<ReturnType<typeof create>>, target: object) =>
    make("route:Route", made.plan.name, {
      routeTableId: made.table.id,
      destinationCidrBlock: "0.0.0.0/0",
      ...target,
    });
  // In a zone the public subnet comes first, whatever the order of its addresses: its gateway lets the private out.
  const order: SubnetType[] = ["Public", "Private", "Isolated"];
  const sorted = plans
    .filter((plan) => plan.type !== "Unused")
    .sort((a, b) => a.zoneIndex - b.zoneIndex || order.indexOf(a.type) - order.indexOf(b.type));
  const made = await Promise.all(sorted.map(create));
  for (const { plan, subnet } of made) {
    const index = strategy === "Single" ? 0 : plan.zoneIndex;
    if (plan.type !== "Public" || strategy === "None" || gateways.has(index)) continue;
    gateways.set(index, natGateway(plan, subnet.id));
  }
  const routes = await Promise.all(
    made.map(async (one) => {
      if (one.plan.type === "Public") return route(one, { gatewayId: internetGateway.id });
      const gateway = await gateways.get(strategy === "Single" ? 0 : one.plan.zoneIndex);
      return one.plan.type === "Private" && gateway ? route(one, { natGatewayId: gateway.id }) : undefined;
    }),
  );
  const ofType = (type: SubnetType) => made.filter((one) => one.plan.type === type).map((one) => one.subnet);
  const idsOf = (type: SubnetType) => ofType(type).map((subnet) => subnet.id);
  return {
    // A component has no id of its own.
    id: "",
    outputs: {
      vpcId,
      vpc: theVpc,
      internetGateway,
      subnets: made.map((one) => one.subnet),
      publicSubnets: ofType("Public"),
      privateSubnets: ofType("Private"),
      isolatedSubnets: ofType("Isolated"),
      publicSubnetIds: idsOf("Public"),
      privateSubnetIds: idsOf("Private"),
      isolatedSubnetIds: idsOf("Isolated"),
      routeTables: made.map((one) => one.table),
      routeTableAssociations: made.map((one) => one.association),
      routes: routes.filter((one) => one !== undefined),
      natGateways: await Promise.all(gateways.values()),
      eips,
      vpcEndpoints: [],
    },
  };
});

function entry(type: string): ResourceType {
  const found = network[`aws:ec2/${type}`];
  if (!found) throw new Error(`network.ts has no "aws:ec2/${type}"`);
  return found;
}

type Made = Record<string, unknown> & { id: string };

async function firstZones({ aws }: Creating, count: number): Promise<string[]> {
  const answer = await aws.client(EC2Client).send(new DescribeAvailabilityZonesCommand({}));
  const names = (answer.AvailabilityZones ?? []).map((zone) => zone.ZoneName ?? "").sort();
  if (names.length < count)
    throw new Error(`${aws.region} has ${names.length} availability zones, not ${count}`);
  return names.slice(0, count);
}

/** The one component of another language that programs here use: awsx's VPC, made of the same resources. */
export const vpcComponent: ResourceTypes = { "awsx:ec2:Vpc": vpc };
