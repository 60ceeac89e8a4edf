import assert from "node:assert/strict";
import type { Environment } from "../../environment";
import { type Recording, recordedEnvironment, statementsOf } from "../../testing";

const receiveRole = (account: string) => `arn:aws:iam::${account}:role/greenroom-prod-receive-trivia-api`;

/** The mocks answer with account 111111111111 for both stacks; the other account comes from their configuration. */
describe("promotion", () => {
  let staging: Recording<Environment>;
  let prod: Recording<Environment>;
  before(async () => {
    staging = await recordedEnvironment("staging");
    prod = await recordedEnvironment("prod");
  });

  it("tells the function of staging where prod's repository and bucket are", () => {
    const { inputs } = staging.get("aws:lambda/function:Function", "trivia-api-promote-function");
    assert.equal(inputs["name"], "greenroom-staging-trivia-api-promote");
    assert.equal(inputs["vpcConfig"], undefined);
    assert.deepEqual(inputs["environment"], {
      variables: {
        SERVICE: "trivia-api",
        SOURCE_REPOSITORY: "greenroom-staging/trivia-api",
        TARGET_REPOSITORY: "greenroom-prod/trivia-api",
        TARGET_ACCOUNT: "222222222222",
        RECEIVE_ROLE_ARN: receiveRole("222222222222"),
        RELEASE_BUCKET: "greenroom-prod-releases-222222222222-us-east-1",
        RELEASE_KEY: "releases/trivia-api.zip",
      },
    });
  });

  it("lets that function read staging's image, and take on prod's role", () => {
    const { inputs } = staging.get("aws:iam/rolePolicy:RolePolicy", "trivia-api-promote-role-policy");
    assert.deepEqual(statementsOf(inputs["policy"]), [
      {
        Effect: "Allow",
        Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        Resource: ["arn:aws:ecr:us-east-1:111111111111:repository/greenroom-staging/trivia-api"],
      },
      { Effect: "Allow", Action: ["sts:AssumeRole"], Resource: [receiveRole("222222222222")] },
      {
        Effect: "Allow",
        Action: ["codepipeline:PutJobFailureResult", "codepipeline:PutJobSuccessResult"],
        Resource: ["*"],
      },
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: [
          "arn:aws:logs:us-east-1:111111111111:log-group:/aws/lambda/greenroom-staging-trivia-api-promote:*",
        ],
      },
    ]);
  });

  it("gives prod a role of that very name, which only that function can take on, and which can only add a release", () => {
    const { inputs } = prod.get("aws:iam/role:Role", "trivia-api-receive-role");
    assert.equal(`arn:aws:iam::111111111111:role/${String(inputs["name"])}`, receiveRole("111111111111"));
    assert.deepEqual(statementsOf(inputs["assumeRolePolicy"]), [
      {
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::111111111111:root" },
        Action: ["sts:AssumeRole"],
        Condition: {
          ArnEquals: {
            "aws:PrincipalArn": "arn:aws:iam::111111111111:role/greenroom-staging-trivia-api-promote",
          },
        },
      },
    ]);
    const policy = prod.get("aws:iam/rolePolicy:RolePolicy", "trivia-api-receive-policy");
    assert.deepEqual(statementsOf(policy.inputs["policy"]), [
      {
        Effect: "Allow",
        Action: [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:CompleteLayerUpload",
          "ecr:InitiateLayerUpload",
          "ecr:PutImage",
          "ecr:UploadLayerPart",
        ],
        Resource: ["arn:aws:ecr:us-east-1:111111111111:repository/greenroom-prod/trivia-api"],
      },
      {
        Effect: "Allow",
        Action: ["s3:PutObject"],
        Resource: ["arn:aws:s3:::greenroom-prod-releases-111111111111-us-east-1/releases/trivia-api.zip"],
      },
    ]);
  });

  it("is named alike on both sides", () => {
    const role = staging.get("aws:iam/role:Role", "trivia-api-promote-role-role");
    assert.equal(role.inputs["name"], "greenroom-staging-trivia-api-promote");
    const repository = prod.get("aws:ecr/repository:Repository", "trivia-api-repository");
    assert.equal(repository.inputs["name"], "greenroom-prod/trivia-api");
    const bucket = prod.get("aws:s3/bucket:Bucket", "prod-releases-bucket");
    assert.equal(bucket.inputs["bucket"], "greenroom-prod-releases-111111111111-us-east-1");
  });
});
