import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RehearsalResult } from "../model";
import { duration, elapsed, percent } from "./format";
import { escapeText, html } from "./html";
import { writeReport } from ".";
import { junitReport } from "./junit";
import { reportPage } from "./page";
import { sampleResult } from "./testing";

const nasty = `<script>alert("1" & '2')</script>`;

/** A rehearsal in which one claim failed, one scenario could not run, and names were chosen with malice. */
function troubled(): RehearsalResult {
  const text = JSON.stringify(sampleResult()).replaceAll("3f9c21ab77d0", JSON.stringify(nasty).slice(1, -1));
  const result = JSON.parse(text) as RehearsalResult;
  const [first] = result.scenarios;
  const release = first?.verdict?.releases[0];
  const claim = release?.claims[0];
  if (!first?.verdict || !release || !claim) throw new Error("the sample has changed");
  first.verdict.asExpected = release.asExpected = false;
  release.outcome = "not safe";
  release.reason = "customers are worse off";
  claim.holds = false;
  claim.evidence = "line 1\n\u001b[31mred\u001b[0m \u0000 & more";
  result.scenarios.push({
    service: "trivia-api",
    id: "silent-hook",
    title: "A silent hook",
    description: "",
    startedAt: first.endedAt,
    endedAt: first.endedAt + 1000,
    wallMs: 10,
    couldNotRun: "the base <died>\nwith code 1",
    releases: [],
    traffic: [],
  });
  return result;
}

/** Reads XML with a strict parser, and gives elements as [name, attributes, text]. */
function parseXml(xml: string): [string, Record<string, string>, string][] {
  const script =
    "import sys, json, xml.etree.ElementTree as t; r = t.fromstring(sys.stdin.buffer.read());" +
    "print(json.dumps([[e.tag, e.attrib, (e.text or '').strip()] for e in r.iter()]))";
  const printed = execFileSync("python3", ["-c", script], { input: xml, encoding: "utf8" });
  return JSON.parse(printed) as [string, Record<string, string>, string][];
}

describe("report.junit.xml", () => {
  const result = troubled();
  const elements = parseXml(junitReport(result));
  const of = (tag: string) => elements.filter(([name]) => name === tag);

  it("has a suite for each scenario and a case for each claim", () => {
    const counts = ({ tests, failures, errors }: Record<string, string>) => [tests, failures, errors];
    assert.deepEqual(
      of("testsuite").map(([, attributes]) => [attributes["name"], ...counts(attributes)]),
      [
        ["trivia-api: good-release", "12", "2", "0"],
        ["trivia-api: bad-release", "15", "0", "0"],
        ["trivia-api: silent-hook", "1", "0", "1"],
        ["not-rehearsed", "3", "0", "0"],
      ],
    );
    assert.deepEqual(counts(elements[0]?.[1] ?? {}), ["31", "2", "1"]);
    assert.equal(of("testcase").length, 31);
    assert.equal(of("testcase")[0]?.[1]["name"], `trivia-api staging ${nasty} is safe`);
    assert.equal(of("testcase")[1]?.[1]["name"], `trivia-api staging ${nasty}: the pipeline says released`);
    assert.deepEqual(
      of("skipped").map(([, { message }]) => message),
      [
        "the first service of each kind is rehearsed",
        "the first service of each kind is rehearsed",
        "leaderboard: bad-release: it has no such scenario",
      ],
    );
  });

  it("has the evidence of what failed, and why something could not run", () => {
    const [release, claim, ...others] = of("failure");
    assert.deepEqual(others, []);
    assert.equal(
      release?.[1]["message"],
      `${nasty} is “not safe” where “safe” was expected: customers are worse off`,
    );
    assert.equal(claim?.[2], "does not hold: line 1\nred \ufffd & more");
    assert.match(claim?.[1]["message"] ?? "", /^does not hold: the pipeline says released \(not safe\): /);
    assert.deepEqual(of("error")[0]?.[2], "the base <died>\nwith code 1");
  });

  it("has figures as properties", () => {
    const properties = Object.fromEntries(of("property").map(([, { name, value }]) => [name, value]));
    assert.equal(properties["speed"], "100");
    assert.equal(properties["trivia-api.prod.requests"], "2708");
    assert.equal(properties["version.MiniStack"], "1.5.33");
  });
});

describe("report.html", () => {
  const page = reportPage(troubled());

  it("escapes everything", () => {
    assert.doesNotMatch(page, /<script/i);
    assert.ok(page.includes("&lt;script&gt;alert("));
    assert.doesNotMatch(page, /the base <died>/);
  });

  it("asks for nothing outside of itself", () => {
    assert.doesNotMatch(page, /\b(?:src|srcset|action|data|poster)\s*=/i);
    assert.doesNotMatch(page, /https?:|url\(\s*["']?(?!#)|@import/i);
    const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, link]) => link);
    assert.deepEqual(links, [
      "#trivia-api-good-release",
      "#trivia-api-bad-release",
      "#trivia-api-silent-hook",
      "#pipelines",
    ]);
    assert.match(page, /default-src 'none'/);
  });

  it("begins with the verdict", () => {
    const headline = (result: RehearsalResult) => /<h1>([^<]*)<\/h1>/.exec(reportPage(result))?.[1];
    const result = sampleResult();
    assert.equal(headline(result), "Both scenarios went as expected");
    assert.equal(headline(troubled()), "The rehearsal could not run to its end");
    assert.equal(headline({ ...result, scenarios: [] }), "Nothing was rehearsed");
    const failed = troubled();
    failed.scenarios.pop();
    assert.equal(headline(failed), "Not as expected: 1 of 2 scenarios");
  });

  it("has every pipeline, and says beside the verdict which were not rehearsed", () => {
    const text = page.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
    assert.match(text, /! leaderboard was not rehearsed: the first service of each kind is rehearsed/);
    assert.match(
      text,
      /leaderboard prod not rehearsed the first service of each kind is rehearsed 99.9 % answered well, 99 % of them within 500 ms, at 10 requests a second –/,
    );
    assert.match(text, /trivia-api prod safe .*contained b41e0c5f9a12/);
    assert.match(text, /the service itself/);
  });

  it("has a chart for each environment, with a name and the same figures in tables", () => {
    const titles = [...page.matchAll(/<svg role="img" aria-labelledby="([^"]+)"[^>]*><title id="([^"]+)">/g)];
    assert.deepEqual(
      titles.map(([, label, id]) => [label, id]),
      ["good-release-trivia-api-staging", "good-release-trivia-api-prod", "bad-release-trivia-api-prod"].map(
        (id) => [`${id}-title`, `${id}-title`],
      ),
    );
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length, "an id twice");
    assert.equal([...page.matchAll(/Traffic in figures/g)].length, 3);
    assert.ok(page.includes("failed: error"));
  });

  it("comes out the same for the same result", () => assert.equal(reportPage(troubled()), page));
});

describe("the report's files", () => {
  it("are written whole, with the result as JSON", async () => {
    const folder = await mkdtemp(join(tmpdir(), "greenroom-report-"));
    try {
      const result = sampleResult();
      const inside = join(folder, "a", "b");
      await writeReport(result, inside);
      const files = await writeReport(result, inside);
      assert.deepEqual(files, {
        html: join(inside, "report.html"),
        json: join(inside, "report.json"),
        junit: join(inside, "report.junit.xml"),
      });
      assert.deepEqual((await readdir(inside)).sort(), ["report.html", "report.json", "report.junit.xml"]);
      const json = JSON.parse(await readFile(files.json, "utf8")) as RehearsalResult;
      assert.equal(json.schema, "greenroom.rehearsal/2");
      assert.deepEqual(json, JSON.parse(JSON.stringify(result)));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("text for people", () => {
  it("is escaped, but for HTML of the report's own", () => {
    assert.equal(
      html`<b>${nasty}</b>${[html`<i>${1}</i>`, undefined, false]}`.text,
      `<b>${escapeText(nasty)}</b><i>1</i>`,
    );
    assert.equal(escapeText(nasty), "&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;");
    assert.equal(escapeText("\ud800 \u0007 \u{1f600}\t"), "\ufffd \ufffd \u{1f600}\t");
  });

  it("has lengths and moments", () => {
    const lengths = [0, 1234, 45_000, 59_900, 60_000, 750_000, 3_600_000, 3_900_000];
    assert.deepEqual(lengths.map(duration), [
      "0.0 s",
      "1.2 s",
      "45 s",
      "1 min",
      "1 min",
      "12 min 30 s",
      "1 h",
      "1 h 5 min",
    ]);
    assert.deepEqual([0, 750_000, 3_905_000].map(elapsed), ["0:00", "12:30", "1:05:05"]);
    assert.deepEqual(
      [percent(1, 3), percent(1, 1000), percent(0, 5), percent(1, 0)],
      ["33.3 %", "0.10 %", "0.0 %", "–"],
    );
  });
});
