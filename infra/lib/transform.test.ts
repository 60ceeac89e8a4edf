import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { record } from "../testing";
import { type Transform, transformed } from "./transform";

const made = (transform?: Transform<aws.s3.BucketArgs>) =>
  record(
    () =>
      new aws.s3.Bucket(
        ...transformed(transform, "b", { bucket: "b-1", forceDestroy: false }, { ignoreChanges: ["tags"] }),
      ),
  ).then((recording) => recording.get("aws:s3/bucket:Bucket", "b"));

describe("transform", () => {
  it("leaves arguments and options alone when there is none", async () => {
    const { inputs, ignoreChanges } = await made();
    assert.deepEqual(inputs, { bucket: "b-1", forceDestroy: false });
    assert.deepEqual(ignoreChanges, ["tags"]);
  });

  it("lays a partial over the arguments", async () => {
    assert.deepEqual((await made({ forceDestroy: true })).inputs, { bucket: "b-1", forceDestroy: true });
  });

  it("lets a function change arguments and options", async () => {
    const { inputs, ignoreChanges } = await made((args, opts: pulumi.CustomResourceOptions, name) => {
      args.bucket = `${name}-2`;
      opts.ignoreChanges = [...(opts.ignoreChanges ?? []), "bucket"];
    });
    assert.deepEqual(inputs, { bucket: "b-2", forceDestroy: false });
    assert.deepEqual(ignoreChanges, ["tags", "bucket"]);
  });
});
