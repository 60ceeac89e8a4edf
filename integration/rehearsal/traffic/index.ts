// What a service's traffic file needs.
export type { Audience, Expectation, RequestSource, Traffic, TrafficRequest } from "./definition";
export { fromAccessLog } from "./sources/access-log";
export { fromHar } from "./sources/har";
