export { processEngine, type ProcessEngineOptions } from "./engine";
