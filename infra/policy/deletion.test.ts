import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import type { Policies, ResourceValidation } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { guardedTypes, protection } from "../lib/protection";
import { deletion } from "./deletion";
import { messagesAbout, messagesOf, registeredEnvironment } from "./testing";

/** The rules as they are with a configuration of the pack. */
function configured(config: object): Policies {
  return deletion.map((rule) => {
    if (!("validateResource" in rule)) throw new Error(`${rule.name} does not judge resources`);
    const validate = rule.validateResource as ResourceValidation;
    return {
      ...rule,
      validateResource: (args, violation) =>
        validate({ ...args, getConfig: <T extends object>() => config as T }, violation),
    };
  });
}

describe("deletion", () => {
  const unprotected = (what: string, missing: string) => [
    `deletion-protection: ${what} can be deleted with what it holds: set ${missing}, as greenroom:protect does. If stack ` +
      "test is made to be destroyed, say so in this rule's mayGo.",
  ];
  type Make = (opts: pulumi.CustomResourceOptions, careless?: boolean) => pulumi.CustomResource;
  const guarded: Record<string, { make: Make; argument?: string }> = {
    LoadBalancer: {
      make: (opts, careless) =>
        new aws.lb.LoadBalancer("it", careless ? {} : { enableDeletionProtection: true }, opts),
      argument: "enableDeletionProtection true",
    },
    Bucket: {
      make: (opts, careless) => new aws.s3.Bucket("it", { forceDestroy: careless }, opts),
      argument: "forceDestroy false",
    },
    Repository: {
      make: (opts, careless) => new aws.ecr.Repository("it", { forceDelete: careless }, opts),
      argument: "forceDelete false",
    },
    Listener: {
      make: (opts) => new aws.lb.Listener("it", { loadBalancerArn: "arn", defaultActions: [] }, opts),
    },
    TargetGroup: { make: (opts) => new aws.lb.TargetGroup("it", {}, opts) },
    Cluster: { make: (opts) => new aws.ecs.Cluster("it", {}, opts) },
    Service: { make: (opts) => new aws.ecs.Service("it", {}, opts) },
    Application: { make: (opts) => new aws.codedeploy.Application("it", {}, opts) },
    DeploymentGroup: {
      make: (opts) =>
        new aws.codedeploy.DeploymentGroup(
          "it",
          { appName: "a", deploymentGroupName: "g", serviceRoleArn: "r" },
          opts,
        ),
    },
  };

  for (const [kind, { make, argument }] of Object.entries(guarded))
    it(`of a ${kind} is refused`, async () => {
      const about = (program: () => unknown) => messagesAbout(deletion, program);
      const what = `${kind} it`;
      assert.deepEqual(await about(() => make({ protect: true })), []);
      assert.deepEqual(await about(() => make({})), unprotected(what, "the option protect"));
      if (argument === undefined) return;
      assert.deepEqual(await about(() => make({ protect: true }, true)), unprotected(what, argument));
      assert.deepEqual(
        await about(() => make({ protect: false }, true)),
        unprotected(what, `the option protect and ${argument}`),
      );
    });

  it("of everything is refused that the program guards, with the same arguments", async () => {
    class Guarded extends pulumi.CustomResource {
      constructor(type: string, protect: boolean) {
        super(type, "it", {}, { transformations: [protection(protect)] });
      }
    }
    for (const type of guardedTypes) {
      assert.deepEqual(await messagesAbout(deletion, () => new Guarded(type, true)), [], type);
      assert.equal((await messagesAbout(deletion, () => new Guarded(type, false))).length, 1, type);
    }
  });

  it("of what neither serves traffic nor keeps data is not its business", async () => {
    assert.deepEqual(
      await messagesAbout(deletion, () => new aws.iam.RolePolicy("p", { role: "r", policy: "{}" })),
      [],
    );
  });

  it("is allowed in a stack that the configuration names, and in no other", async () => {
    const stack = await registeredEnvironment("staging", { protect: false });
    const found = await messagesOf(deletion, stack);
    assert.ok(found.length >= 10, `only ${String(found.length)} violations in a stack without protection`);
    assert.deepEqual(await messagesOf(configured({ mayGo: ["staging"] }), stack), []);
    assert.deepEqual(await messagesOf(configured({ mayGo: ["prod"] }), stack), found);
  });
});
