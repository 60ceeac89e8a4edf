export { readArn, type Arn } from "./arn";
export { DeliveryFailure } from "./failure";
export { invoke, type Target } from "./invoke";
export { letsIn } from "./resource-policy";
export { kindOf, targetKinds, type Delivery, type TargetKind } from "./targets";
