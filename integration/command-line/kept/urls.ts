import type { LocalAws } from "../../local-aws/local-aws";
import { originOf, serviceOf, type Environment } from "../../rehearsal/environments";

/** Where a service answers on this machine. */
export interface Urls {
  /** At the local AWS, by a name that browsers take for this machine. */
  named: string;
  /** Its listener itself, for clients that cannot resolve that name. */
  plain: string;
}

export function urlsOf(local: LocalAws, environment: Environment, service: string): Urls {
  const handle = serviceOf(environment, service);
  const named = local.loadBalancing.name(handle.productionListenerArn, `${service}.${environment.name}`);
  return { named, plain: originOf(local, handle) };
}

/** Both, for people. */
export const saidUrls = ({ named, plain }: Urls): string => `${named} or ${plain}`;
