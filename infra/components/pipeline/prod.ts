import type * as pulumi from "@pulumi/pulumi";
import type { ReceiveRelease } from "../promotion/receive-release";
import { approval } from "./actions/approval";
import { build } from "./actions/build";
import { objectSource } from "./actions/object-source";
import { type CommonPipelineArgs, releaseTests, templatesSource, type Way } from "./way";

/** Takes promoted releases, as they are, to customers. */
export interface ProdPipelineArgs extends CommonPipelineArgs {
  environment: "prod";
  receive: ReceiveRelease;
}

/** Source → Approve → Deploy → Verify */
export function prodWay(name: string, args: ProdPipelineArgs, parent: pulumi.Resource): Way {
  const { artifactBucket, service, target } = args;
  const release = { bucket: args.receive.releases, key: args.receive.releaseKey };
  const templates = templatesSource(args);
  const tests = releaseTests(name, args, parent);
  return {
    stages: [
      { name: "Source", actions: [objectSource("Release", release, artifactBucket), templates.action] },
      {
        name: "Approve",
        actions: [approval(`Release ${service} to customers? It passed its tests in staging.`)],
      },
      { name: "Deploy", actions: [target.deploy("Release")] },
      { name: "Verify", actions: [build("Verify", "Test", tests, "Release")] },
    ],
    projects: [tests],
    watched: [templates.watched, { what: "release", ...release }],
  };
}
