import assert from "node:assert/strict";
import { parseReference } from "../../images/reference";
import { Nodes } from "../nodes";
import { nodeBase } from "./node";

const ecr = "111111111111.dkr.ecr.us-east-1.amazonaws.com";

describe("base images", () => {
  it("are Node.js base images in Docker Hub and its copy in ECR Public only", () => {
    const base = (name: string) => nodeBase(new Nodes("/nowhere")).matches(parseReference(name));
    const yes = [
      "node",
      "node:22-alpine",
      "library/node:22",
      "docker.io/library/node",
      "public.ecr.aws/docker/library/node:22",
    ];
    assert.deepEqual(yes.filter(base), yes);
    assert.deepEqual(["mynode", `${ecr}/node`, "me/node", "public.ecr.aws/me/node"].filter(base), []);
  });
});
