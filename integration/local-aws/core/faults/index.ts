export type { ContainerEffect, DoorEffect, Fault, Visit } from "./fault";
export { Faults, type ImageIn, type Injection } from "./injections";
export { containerEffect, doorEffect, faultKinds, parseFault } from "./kinds";
