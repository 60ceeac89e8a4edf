import assert from "node:assert/strict";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { GitPushFilter } from "@aws-sdk/client-codepipeline";
import { unzipSync } from "fflate";
import { action, declare, fakePipelines, gitSource, zipOf } from "./fakes";
import { matchesAny } from "./glob";
import { pushMatches, triggeredSource } from "./push-triggers";
import { SourceHost } from "./sources";

const test = action("Test", "Test/CodeBuild", { ProjectName: "p" }, { inputs: ["Source"] });

describe("codepipeline: triggers", () => {
  const globs: [string, string, boolean][] = [
    ["services/api/**", "services/api/src/a.ts", true],
    ["services/api/**", "services/apix/a.ts", false],
    ["**/README.md", "README.md", true],
    ["**/README.md", "docs/x/README.md", true],
    ["common/**/*.js", "common/a.js", true],
    ["common/**/*.js", "common/x/y/a.js", true],
    ["*.md", "docs/a.md", false],
    ["feature*", "feature/a", false],
    ["release-?.[0-9]", "release-1.2", true],
    ["{main,release/**}", "release/1", true],
    ["a+b(c).txt", "a+b(c).txt", true],
    ["a.txt", "abtxt", false],
  ];
  for (const [pattern, text, expected] of globs)
    it(`${pattern} ${expected ? "matches" : "does not match"} ${text}`, () =>
      assert.equal(matchesAny([pattern], text), expected));

  const main = {
    repository: "team/app",
    branch: "main",
    newBranch: false,
    changedPaths: ["services/api/a.ts", "README.md"],
  };
  const filters: [string, GitPushFilter[] | undefined, boolean][] = [
    ["a branch", [{ branches: { includes: ["main"] } }], true],
    ["another branch", [{ branches: { includes: ["release/**"] } }], false],
    ["an excluded branch", [{ branches: { includes: ["*"], excludes: ["main"] } }], false],
    ["a path", [{ branches: { includes: ["main"] }, filePaths: { includes: ["services/api/**"] } }], true],
    [
      "another path",
      [{ branches: { includes: ["main"] }, filePaths: { includes: ["services/web/**"] } }],
      false,
    ],
    ["excluded paths", [{ filePaths: { includes: ["**"], excludes: ["services/**", "**/*.md"] } }], false],
    ["one of two filters", [{ branches: { includes: ["x"] } }, { filePaths: { includes: ["*.md"] } }], true],
    ["no filter", undefined, true],
  ];
  for (const [what, push, expected] of filters)
    it(`a trigger on ${what} ${expected ? "starts" : "does not start"}`, () => {
      const triggers = [
        {
          providerType: "CodeStarSourceConnection" as const,
          gitConfiguration: { sourceActionName: "Source", push },
        },
      ];
      const pipeline = declare({ Source: [gitSource], Test: [test] }, { triggers });
      assert.equal(triggeredSource(pipeline, main), expected ? "Source" : undefined);
      assert.equal(triggeredSource(pipeline, { ...main, repository: "team/other" }), undefined);
    });

  it("file paths do not match when the branch is created, nor beyond the first 100 changed files", () => {
    const filter = { branches: { includes: ["main"] }, filePaths: { includes: ["services/**"] } };
    assert.equal(pushMatches(filter, main), true);
    assert.equal(pushMatches(filter, { ...main, newBranch: true }), false);
    assert.equal(pushMatches({ branches: filter.branches }, { ...main, newBranch: true }), true);
    const others = Array.from({ length: 100 }, (_, index) => `docs/${index}.md`);
    assert.equal(pushMatches(filter, { ...main, changedPaths: [...others, "services/a.ts"] }), false);
  });

  it("without triggers, a push to the action's branch starts it unless DetectChanges is false", () => {
    const silent = { ...gitSource, configuration: { ...gitSource.configuration, DetectChanges: "false" } };
    assert.equal(triggeredSource(declare({ Source: [gitSource], Test: [test] }), main), "Source");
    assert.equal(
      triggeredSource(declare({ Source: [gitSource], Test: [test] }), { ...main, branch: "x" }),
      undefined,
    );
    assert.equal(triggeredSource(declare({ Source: [silent], Test: [test] }), main), undefined);
  });

  it("a push runs its own commit and branch, and tells of them in the documented variables", async () => {
    const pipelines = fakePipelines({
      StartBuildCommand: () => ({ build: { id: "b" } }),
      BatchGetBuildsCommand: () => ({ builds: [{ id: "b", buildStatus: "SUCCEEDED" }] }),
    });
    const push = [{ branches: { includes: ["release/*"] } }];
    const triggers = [
      {
        providerType: "CodeStarSourceConnection" as const,
        gitConfiguration: { sourceActionName: "Source", push },
      },
    ];
    await pipelines.create(declare({ Source: [gitSource], Test: [test] }, { triggers }));
    await pipelines.push("1");
    await pipelines.push("abc", { "x.txt": "x" }, "release/1");
    const list = await pipelines.call<{
      pipelineExecutionSummaries: { pipelineExecutionId: string; trigger: unknown }[];
    }>("ListPipelineExecutions", { pipelineName: "app-pipeline" });
    assert.equal(list.pipelineExecutionSummaries.length, 2);
    const [execution] = list.pipelineExecutionSummaries;
    assert.deepEqual(execution?.trigger, { triggerType: "WebhookV2", triggerDetail: "arn:connection" });
    assert.equal(await pipelines.ended(execution?.pipelineExecutionId ?? ""), "Succeeded");
    const [source] = await pipelines.actions(execution?.pipelineExecutionId);
    assert.deepEqual(source?.output.outputVariables, {
      AuthorDate: "2026-01-02T03:04:05Z",
      BranchName: "release/1",
      CommitId: "abc".padEnd(40, "0"),
      CommitMessage: "message of abc",
      ConnectionArn: "arn:connection",
      FullRepositoryName: "team/app",
    });
    await pipelines.close();
  });
});

describe("codepipeline: source host", () => {
  const commit = { repository: "team/app", branch: "main", message: "m" };

  it("knows what a commit changed, added and removed", async () => {
    const sources = new SourceHost();
    const push = (id: string, files: Record<string, string>) =>
      sources.push({ ...commit, commitId: id.repeat(40), tree: { zip: zipOf(files) } });
    assert.deepEqual((await push("1", { a: "1", b: "1", c: "1" })).changedPaths, ["a", "b", "c"]);
    assert.deepEqual((await push("2", { a: "2", b: "1", d: "1" })).changedPaths, ["a", "c", "d"]);
    assert.equal(sources.head("team/app", "main")?.commitId, "2".repeat(40));
    await assert.rejects(push("2", { a: "3" }), /was pushed to team\/app before/);
    await assert.rejects(push("x", { a: "3" }), /is not a full SHA-1/);
    await assert.rejects(push("3", {}), /has no files/);
  });

  it("takes a folder's files, modes included, without what no repository keeps", async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), "source-host-"));
    await mkdir(path.join(directory, "node_modules/x"), { recursive: true });
    await mkdir(path.join(directory, "src"));
    await writeFile(path.join(directory, "node_modules/x/index.js"), "");
    await writeFile(path.join(directory, "src/run.sh"), "#!/bin/sh\n", { mode: 0o755 });
    await writeFile(path.join(directory, ".gitignore"), "");
    const { zip } = await new SourceHost().push({ ...commit, commitId: "1".repeat(40), tree: { directory } });
    assert.deepEqual(Object.keys(unzipSync(zip)), [".gitignore", "src/run.sh"]);
    await rm(directory, { recursive: true });
  });
});
