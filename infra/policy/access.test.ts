import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { access } from "./access";
import { asPreview, messagesAbout, messagesOf, registered } from "./testing";

describe("access", () => {
  it("to a bucket is blocked in all four ways", async () => {
    const all = {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    };
    const bucket = (block?: Partial<typeof all>) => () => {
      const made = new aws.s3.Bucket("data", { bucket: "data" });
      if (block) new aws.s3.BucketPublicAccessBlock("data", { bucket: made.bucket, ...block });
    };
    const add = "not true. Add an aws.s3.BucketPublicAccessBlock for it with all four true.";
    assert.deepEqual(await messagesAbout(access, bucket(all)), []);
    assert.deepEqual(await messagesAbout(access, bucket({ ...all, ignorePublicAcls: false })), [
      `private-buckets: Bucket data can be made public: ignorePublicAcls is ${add}`,
    ]);
    assert.deepEqual(await messagesAbout(access, bucket()), [
      "private-buckets: Bucket data can be made public: blockPublicAcls, blockPublicPolicy, ignorePublicAcls, " +
        `restrictPublicBuckets are ${add}`,
    ]);
  });

  const inbound =
    (fromPort: number, toPort: number, others: object, protocol = "tcp") =>
    () =>
      new aws.ec2.SecurityGroup("group", {
        ingress: [
          { protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] },
          { protocol, fromPort, toPort, ...others },
        ],
      });
  const everybody = { cidrBlocks: ["0.0.0.0/0"] };
  const open = (ports: string, what = "SecurityGroup group") => [
    `public-ports: ${what} lets the whole world in on ${ports}. Name the addresses or the security groups that need it; ` +
      "only ports 80 and 443 over TCP, one at a time, may be open to everybody.",
  ];

  it("from everywhere is for customers' ports only", async () => {
    assert.deepEqual(await messagesAbout(access, inbound(80, 80, everybody)), []);
    assert.deepEqual(await messagesAbout(access, inbound(9002, 9002, { cidrBlocks: ["10.0.0.0/8"] })), []);
    assert.deepEqual(await messagesAbout(access, inbound(9002, 9002, { securityGroups: ["sg-1"] })), []);
    assert.deepEqual(await messagesAbout(access, inbound(9002, 9002, everybody)), open("port 9002"));
    assert.deepEqual(await messagesAbout(access, inbound(80, 443, everybody)), open("ports 80 to 443"));
    assert.deepEqual(await messagesAbout(access, inbound(443, 443, everybody, "udp")), open("port 443"));
    assert.deepEqual(await messagesAbout(access, inbound(0, 0, everybody, "-1")), open("every port"));
    assert.deepEqual(
      await messagesAbout(access, inbound(22, 22, { ipv6CidrBlocks: ["::/0"] })),
      open("port 22"),
    );
    assert.deepEqual(
      await messagesAbout(access, inbound(22, 22, { cidrBlocks: ["0.0.0.0/1"] })),
      open("port 22"),
    );
  });

  it("from everywhere is seen in rules of their own, too", async () => {
    const rule = (type: "ingress" | "egress") => () =>
      new aws.ec2.SecurityGroupRule("ssh", {
        type,
        securityGroupId: "sg-1",
        protocol: "tcp",
        fromPort: 22,
        toPort: 22,
        ...everybody,
      });
    assert.deepEqual(await messagesAbout(access, rule("ingress")), open("port 22", "SecurityGroupRule ssh"));
    assert.deepEqual(await messagesAbout(access, rule("egress")), []);
    assert.deepEqual(
      await messagesAbout(
        access,
        () =>
          new aws.vpc.SecurityGroupIngressRule("all", {
            securityGroupId: "sg-1",
            ipProtocol: "-1",
            cidrIpv4: "0.0.0.0/0",
          }),
      ),
      open("every port", "SecurityGroupIngressRule all"),
    );
  });

  it("that is not known yet does not hide what is open", async () => {
    const program = () => {
      const address = new aws.ec2.Eip("nat", { domain: "vpc" });
      new aws.ec2.SecurityGroup("group", {
        ingress: [
          { protocol: "tcp", fromPort: 1, toPort: 1, cidrBlocks: [address.publicIp] },
          { protocol: "tcp", fromPort: 22, toPort: 22, ...everybody },
        ],
      });
    };
    assert.deepEqual(await messagesOf(access, asPreview(await registered(program))), [
      ...open("port 22"),
      "public-ports: can't run policy 'public-ports' from policy pack 'greenroom@v0.1.0' during preview: string value at " +
        ".ingress.0.cidrBlocks.0 can't be known during preview",
    ]);
  });

  it("from everywhere goes to load balancers, not to tasks and functions", async () => {
    const program = (group: "open" | "closed") => () => {
      const groups = {
        open: new aws.ec2.SecurityGroup("open", {
          ingress: [{ protocol: "tcp", fromPort: 80, toPort: 80, ...everybody }],
        }),
        closed: new aws.ec2.SecurityGroup("closed", {}),
      };
      const ids = [groups[group].id];
      new aws.lb.LoadBalancer("load-balancer", { securityGroups: [groups.open.id] });
      new aws.ecs.Service("service", { networkConfiguration: { subnets: [], securityGroups: ids } });
      new aws.lambda.Function("function", { role: "r", vpcConfig: { subnetIds: [], securityGroupIds: ids } });
    };
    const uses = (what: string) =>
      `public-security-groups: ${what} uses SecurityGroup open, which lets the whole world in. Give it a security group of ` +
      "its own that only the load balancer's may pass.";
    const expected = [uses("Service service"), uses("Function function")];
    assert.deepEqual(await messagesAbout(access, program("closed")), []);
    assert.deepEqual(await messagesAbout(access, program("open")), expected);
    // In a preview no group has an id yet: what depends on what is known all the same.
    assert.deepEqual(await messagesOf(access, asPreview(await registered(program("closed")))), []);
    assert.deepEqual(await messagesOf(access, asPreview(await registered(program("open")))), expected);
  });

  it("to tasks is private", async () => {
    const service = (assignPublicIp?: boolean) => () =>
      new aws.ecs.Service("service", { networkConfiguration: { subnets: [], assignPublicIp } });
    assert.deepEqual(await messagesAbout(access, service(false)), []);
    assert.deepEqual(await messagesAbout(access, service()), []);
    assert.deepEqual(await messagesAbout(access, service(true)), [
      "private-tasks: Tasks of Service service have public addresses. Set networkConfiguration.assignPublicIp false and use " +
        "private subnets.",
    ]);
  });
});
