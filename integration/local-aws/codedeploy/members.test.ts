import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-codedeploy";
import { Aws } from "../core/aws";
import { Clock } from "../core/clock";
import { refusesOthers } from "../core/members-walk";
import { codedeploy } from "./index";
import { obeyed } from "./members";

describe("members of CodeDeploy's requests", () => {
  const aws = new Aws("http://127.0.0.1:1", new Clock(1), assert.fail);
  const { operations } = codedeploy(aws);
  refusesOthers({ name: "CodeDeploy", sdk, obeyed }, () => operations, aws.root("111111111111", "us-east-1"));
});
