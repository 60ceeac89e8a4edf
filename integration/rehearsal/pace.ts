import type { EngineName } from "../local-aws/containers/choose";

// Containers take more of a machine than processes do, and have to share it with the clients. So with Docker both figures
// are halved: a minute of AWS has 60 requests to each environment either way.

/** How many times as fast as on AWS the waits are, unless somebody says otherwise. */
export const usualSpeed: Record<EngineName, number> = { process: 200, docker: 100 };

/** Requests a second to each environment, unless somebody says otherwise. */
export const usualRatePerSecond: Record<EngineName, number> = { process: 200, docker: 100 };
