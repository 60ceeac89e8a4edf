export { processRuntime, type ProcessRuntimeOptions } from "./runtime";
