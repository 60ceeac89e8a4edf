import type * as pulumi from "@pulumi/pulumi";
import type { Identity } from "../local-aws/core/aws";
import type { LocalAws } from "../local-aws/local-aws";
import type { ServiceOutputs as Outputs } from "../../infra/environment";

export const environmentNames = ["staging", "prod"] as const;
export type EnvironmentName = (typeof environmentNames)[number];

/** What a stack says of a service, as plain values. */
export type ServiceHandle = pulumi.Unwrap<Outputs>;

/** One environment that is up. */
export interface Environment {
  name: EnvironmentName;
  /** Somebody with the environment's account in their hands. */
  identity: Identity;
  services: Record<string, ServiceHandle>;
}

export const serviceOf = ({ name, services }: Environment, service: string): ServiceHandle => {
  const found = services[service];
  if (!found)
    throw new Error(
      `the ${name} stack has no service "${service}"; it has ${Object.keys(services).join(", ")}`,
    );
  return found;
};

/** Where a service's production listener answers on this machine. */
export function originOf({ loadBalancing }: LocalAws, { productionListenerArn }: ServiceHandle): string {
  const address = loadBalancing.listenerAddress(productionListenerArn);
  if (!address) throw new Error(`no listener ${productionListenerArn} is up`);
  return `http://${address.host}:${address.port}`;
}
