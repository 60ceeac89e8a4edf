import * as ec2 from "@aws-sdk/client-ec2";
import type * as aws from "@pulumi/aws";
import { type Creating, present, resourceType, type ResourceTypes } from "../resource-type";
import { client, crc32, tagged } from "./ec2";

type RouteTarget = {
  cidrBlock?: string;
  gatewayId?: string;
  natGatewayId?: string;
  vpcEndpointId?: string;
  transitGatewayId?: string;
};

const addRoute = (resource: Creating, RouteTableId: string, route: RouteTarget) =>
  client(resource).send(
    new ec2.CreateRouteCommand({
      RouteTableId,
      DestinationCidrBlock: route.cidrBlock,
      GatewayId: route.gatewayId,
      NatGatewayId: route.natGatewayId,
      VpcEndpointId: route.vpcEndpointId,
      TransitGatewayId: route.transitGatewayId,
    }),
  );

const routeTable = resourceType<aws.ec2.RouteTableArgs>(async (inputs, resource) => {
  const answer = await client(resource).send(
    new ec2.CreateRouteTableCommand({
      VpcId: inputs.vpcId,
      TagSpecifications: tagged("route-table", resource),
    }),
  );
  const id = present(answer.RouteTable?.RouteTableId, "the route table's id");
  for (const route of inputs.routes ?? []) await addRoute(resource, id, route);
  return {
    id,
    outputs: {
      arn: resource.aws.arn("ec2", `route-table/${id}`),
      ownerId: resource.aws.account,
      routes: inputs.routes ?? [],
      propagatingVgws: [],
    },
  };
});

const route = resourceType<aws.ec2.RouteArgs>(async (inputs, resource) => {
  await addRoute(resource, inputs.routeTableId, {
    ...targetOf(inputs),
    cidrBlock: inputs.destinationCidrBlock,
  });
  return {
    // The provider's id: "r-", the route table, and a checksum of the destination.
    id: `r-${inputs.routeTableId}${crc32(inputs.destinationCidrBlock ?? "")}`,
    outputs: { state: "active", origin: "CreateRoute" },
  };
});

const targetOf = ({ gatewayId, natGatewayId, vpcEndpointId, transitGatewayId }: RouteTarget) => ({
  gatewayId,
  natGatewayId,
  vpcEndpointId,
  transitGatewayId,
});

const routeTableAssociation = resourceType<aws.ec2.RouteTableAssociationArgs>(async (inputs, resource) => {
  const answer = await client(resource).send(
    new ec2.AssociateRouteTableCommand({
      RouteTableId: inputs.routeTableId,
      SubnetId: inputs.subnetId,
      GatewayId: inputs.gatewayId,
    }),
  );
  return { id: present(answer.AssociationId, "the association's id"), outputs: {} };
});

export const routing: ResourceTypes = {
  "aws:ec2/routeTable:RouteTable": routeTable,
  "aws:ec2/route:Route": route,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": routeTableAssociation,
};
