import {
  GetFunctionCommand,
  LambdaClient,
  ListFunctionsCommand,
  UpdateFunctionCodeCommand,
} from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import type { Rehearsal } from "../rehearsal";

/** Puts a function that does nothing in the place of staging's hook. Gives what puts it back. */
export async function silenceHook(rehearsal: Rehearsal): Promise<() => Promise<void>> {
  const lambda = rehearsal.local.aws.client(LambdaClient, rehearsal.environments.staging.identity);
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  const FunctionName = Functions.map((one) => one.FunctionName ?? "").find(
    (name) => name.includes(`-${rehearsal.service}-`) && name.includes("-hook"),
  );
  if (!FunctionName) throw new Error(`staging has no hook function of ${rehearsal.service}`);
  const { Code } = await lambda.send(new GetFunctionCommand({ FunctionName }));
  const before = new Uint8Array(await (await fetch(Code?.Location ?? "")).arrayBuffer());
  // In either language: each runtime takes its own file.
  const silent = zipSync({
    "index.js": strToU8("exports.handler = async () => {};"),
    "index.py": strToU8("def handler(event, context):\n    pass\n"),
  });
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: silent }));
  return async () =>
    void (await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: before })));
}
