export { BaseError, type Base } from "./base";
export { startMiniStackProcess as startMiniStack } from "./ministack-process";
