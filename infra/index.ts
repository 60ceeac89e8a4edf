import { readConfig } from "./config";
import { Environment } from "./environment";

const config = readConfig();
const made = new Environment(config);

export const environment = config.environment;
export const clusterName = made.clusterName;
export const services = made.services;
