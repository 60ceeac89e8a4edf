export { cloudwatch } from "./alarms";
