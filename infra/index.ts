import { readConfig } from "./config";
import { Environment } from "./environment";
import { awsProvider } from "./provider";

const config = readConfig();
const made = new Environment(config, { provider: awsProvider(config.environment) });

export const environment = config.environment;
export const clusterName = made.clusterName;
export const services = made.services;
