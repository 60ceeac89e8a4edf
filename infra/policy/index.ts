import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies";

// Starts the server that Pulumi asks: import `policies` instead of this file.
new PolicyPack("greenroom", { policies });
