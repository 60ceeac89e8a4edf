import assert from "node:assert/strict";
import { runtimesOf } from "./curated-images";

describe("the languages of a build", () => {
  const image = "aws/codebuild/amazonlinux-x86_64-standard:5.0";
  const nodeOf = (asked: Record<string, string>, of = image) => runtimesOf(of, asked)?.["nodejs"];

  it("are the image's defaults where the buildspec asks for none", () => {
    assert.equal(nodeOf({}), "18");
    assert.equal(nodeOf({}, `${image}-25.03.11`), "18");
    assert.equal(nodeOf({}, "aws/codebuild/amazonlinux-x86_64-standard:6.0"), "24");
    assert.equal(runtimesOf(image, { nodejs: "22" })?.["python"], "3.11");
  });

  it("are those that it asks for, also such as the image would install", () => {
    assert.equal(nodeOf({ nodejs: "22" }), "22");
    assert.equal(nodeOf({ nodejs: "22.x" }), "22");
    assert.equal(nodeOf({ nodejs: "latest" }), "22");
    assert.equal(nodeOf({ nodejs: "21.7.3" }), "21.7.3");
    assert.equal(runtimesOf(image, { python: "3.x" })?.["python"], "3.13");
  });

  it("are refused where the image has no such language, as on AWS", () => {
    assert.throws(() => nodeOf({ node: "22" }), {
      statusCode: "YAML_FILE_ERROR",
      message:
        "Unknown runtime named 'node'. This build image has the following runtimes: dotnet, golang, java, nodejs, php, python, ruby",
    });
  });

  it("are not known of other images", () =>
    assert.equal(runtimesOf("aws/codebuild/standard:1.0", {}), undefined));
});
