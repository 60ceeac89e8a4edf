import assert from "node:assert/strict";
import type { Base } from "./base";
import { limitsOf } from "./limits";
import { families, lackedBy, needed, Routes } from "./routes";

const base = (name: string, services: readonly string[]): Base => ({
  product: name.split(" ")[0] ?? name,
  name,
  version: "1",
  url: `http://${name.split(" ")[0]?.toLowerCase()}`,
  services: new Set(services),
  failed: new Promise<never>(() => undefined),
  close: () => Promise.resolve(),
});
const without = (...missing: string[]) => needed.filter((service) => !missing.includes(service));
const miniStack = base("MiniStack 1", needed);

describe("who serves what", () => {
  it("is one base when it has everything", () => {
    assert.deepEqual(lackedBy(new Set(needed)), []);
    assert.deepEqual(new Routes(miniStack).table(), [{ by: "MiniStack 1", services: needed }]);
  });

  it("keeps families together, each with the chosen base or the one beside it", () => {
    const offered = without("elasticloadbalancing", "ecr", "logs");
    assert.deepEqual(lackedBy(new Set(offered)), [
      "ec2",
      "ecr",
      "elasticloadbalancing",
      "lambda",
      "logs",
      "monitoring",
    ]);
    const routes = new Routes(base("LocalStack 4", offered), miniStack);
    assert.deepEqual(routes.table(), [
      {
        by: "LocalStack 4",
        services: ["events", "iam", "kms", "s3", "secretsmanager", "sns", "sqs", "ssm", "sts"],
      },
      { by: "MiniStack 1", services: ["ec2", "ecr", "elasticloadbalancing", "lambda", "logs", "monitoring"] },
    ]);
    for (const { services } of families) {
      assert.equal(new Set(services.map((service) => routes.baseOf(service))).size, 1, services.join());
    }
    assert.deepEqual(routes.versions(), { LocalStack: "1", MiniStack: "1" });
  });

  it("leaves what the stacks do not call to whoever has it", () => {
    const routes = new Routes(base("LocalStack 4", ["dynamodb", ...without("ecr")]), miniStack);
    assert.equal(routes.baseOf("dynamodb").name, "LocalStack 4");
    assert.equal(routes.baseOf("glue").name, "MiniStack 1");
  });

  it("routes requests without a signature by host and path", () => {
    const routes = new Routes(base("LocalStack 4", without("ecr", "lambda")), miniStack);
    const to = (host: string, path = "/") => routes.urlOf(undefined, host, path);
    assert.equal(to("111111111111.dkr.ecr.eu-west-1.amazonaws.com", "/v2/"), "http://ministack");
    assert.equal(to("abc.lambda-url.eu-west-1.on.aws"), "http://ministack");
    assert.equal(to("127.0.0.1:4566", "/bucket/key"), "http://localstack");
    assert.equal(to("127.0.0.1:4566", "/_localstack/health"), "http://localstack");
    assert.equal(routes.urlOf("ecr", "127.0.0.1:4566", "/"), "http://ministack");
    const withoutS3 = new Routes(base("LocalStack 4", without("kms")), miniStack);
    assert.equal(withoutS3.urlOf(undefined, "127.0.0.1:4566", "/bucket/key"), "http://ministack");
    assert.equal(withoutS3.urlOf(undefined, "127.0.0.1:4566", "/_localstack/health"), "http://localstack");
  });

  it("says what is not proven, by whom, and more when events and functions are apart", () => {
    const one = limitsOf(new Routes(miniStack));
    assert.ok(one.every((limit) => limit.endsWith(".")));
    assert.ok(
      one.some((limit) => limit.includes("no base enforces their policies (MiniStack 1 keeps them)")),
    );
    assert.ok(!one.some((limit) => limit.startsWith("Events and functions")));
    const two = limitsOf(new Routes(base("LocalStack 4", without("lambda")), miniStack));
    assert.ok(
      two.includes(
        "Events and functions: LocalStack 4 does not know the functions of MiniStack 1, so no event, topic or queue " +
          "starts one.",
      ),
    );
  });
});
