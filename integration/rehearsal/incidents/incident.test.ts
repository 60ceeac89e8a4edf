import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { readIncidents, ServiceFileError } from "./incident";

const patch = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+2\n";

describe("a service's incidents", () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(path.join(os.tmpdir(), "incidents-test-"))));
  afterEach(() => rmSync(root, { recursive: true }));

  function incident(id: string, yaml: string | undefined, change?: string): void {
    const folder = path.join(root, "services/a/rehearsal/incidents", id);
    mkdirSync(folder, { recursive: true });
    if (yaml !== undefined) writeFileSync(path.join(folder, "incident.yaml"), yaml);
    if (change !== undefined) writeFileSync(path.join(folder, "change.patch"), change);
  }
  const read = () => readIncidents(root, "services/a");

  it("are none where there is no folder", () => assert.deepEqual(read(), []));

  it("are read by name: a patch, or a fault", () => {
    incident("slow-start", "title: S\ndescription: D\noutcome: contained\nfault: 5xx 5%\n");
    incident(
      "bad-build",
      "title: B\ndescription: D\noutcome: stopped before customers\nends: { stage: Build, says: 'a+b' }\n",
      patch,
    );
    assert.deepEqual(read(), [
      {
        id: "bad-build",
        title: "B",
        description: "D",
        outcome: "stopped before customers",
        played: "always",
        fault: undefined,
        patch: { file: "services/a/rehearsal/incidents/bad-build/change.patch", text: patch },
        ends: { stage: "Build", says: /a+b/ },
      },
      {
        id: "slow-start",
        title: "S",
        description: "D",
        outcome: "contained",
        played: "always",
        fault: "5xx 5%",
        patch: undefined,
        ends: undefined,
      },
    ]);
  });

  const whole = "title: B\ndescription: D\noutcome: contained\n";
  for (const [what, yaml, change, message] of [
    ["no file", undefined, patch, /incident\.yaml: it is not there; an incident has title/],
    ["no YAML", "title: [", patch, /incident\.yaml: .* at line 1/],
    [
      "a wrong key",
      `${whole}outcom: safe\n`,
      patch,
      /"outcom" is no key of an incident; there are title, description, outcome, played, fault, ends/,
    ],
    ["a wrong key within", `${whole}ends: { stages: x }\n`, patch, /"ends\.stages" is no key of an incident/],
    ["no title", "description: D\noutcome: contained\n", patch, /"title": /],
    [
      "another outcome",
      "title: B\ndescription: D\noutcome: fine\n",
      patch,
      /"outcome" must be one of: safe, not safe, stopped before customers, contained, rolled back/,
    ],
    ["no regular expression", `${whole}ends: { stage: Build, says: '(' }\n`, patch, /"ends\.says" is no/],
    ["neither patch nor fault", whole, undefined, /it has neither; give "fault", e\.g\. "5xx 5%"/],
    ["both", `${whole}fault: 5xx 5%\n`, patch, /it has a fault and a change\.patch beside it/],
  ] as const) {
    it(`are refused with ${what}, by file and key`, () => {
      incident("x", yaml, change);
      assert.throws(read, (error) => {
        assert.ok(error instanceof ServiceFileError);
        assert.ok(error.message.startsWith("services/a/rehearsal/incidents/x/incident.yaml: "));
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it("are refused with a name that cannot be an id", () => {
    incident("Bad One", whole, patch);
    assert.throws(read, /the folder's name is the incident's id/);
  });
});
