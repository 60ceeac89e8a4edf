import { exitCode, type NotPlayed, type RehearsalResult, type ScenarioResult } from "../model";
import type { JudgedRelease } from "../outcome";
import { duration, figure, notPlayedLine } from "./format";
import { html, Html } from "./html";
import { scenarioCard } from "./scenario";
import { standingsCard } from "./standings-card";
import { styles } from "./styles";
import { versionColors } from "./colors";

/** The report as one page that needs nothing but itself: no script, and a policy that forbids any request. */
export function reportPage(result: RehearsalResult): string {
  const colorOf = versionColors(result.scenarios);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <title>${headline(result)} · Greenroom rehearsal</title>
        <style>
          ${new Html(styles)}
        </style>
      </head>
      <body>
        <main>
          ${hero(result)} ${tiles(result)} ${standingsCard(result.pipelines)}
          ${result.scenarios.map((scenario) => scenarioCard(scenario, result.clock, colorOf))}
          ${about(result)}
        </main>
      </body>
    </html> `;
  return page.text;
}

export const tones = { 0: "good", 1: "bad", 2: "warn" } as const;

export function headline({ scenarios, notRehearsed }: RehearsalResult): string {
  const well = scenarios.filter(({ verdict }) => verdict?.asExpected).length;
  const count = scenarios.length;
  const code = exitCode({ scenarios, notRehearsed });
  if (count === 0) return "Nothing was rehearsed";
  if (code === 2) return "The rehearsal could not run to its end";
  if (code === 1) return `Not as expected: ${count - well} of ${count} scenario${count === 1 ? "" : "s"}`;
  const all = count === 1 ? "The scenario" : count === 2 ? "Both scenarios" : `All ${count} scenarios`;
  return `${all} went as expected`;
}

function hero(result: RehearsalResult): Html {
  return html`<header class="hero ${tones[exitCode(result)]}">
    <p class="eyebrow">Greenroom rehearsal · ${new Date(result.startedAt).toUTCString()}</p>
    <h1>${headline(result)}</h1>
    <ul>
      ${result.scenarios.map((scenario) => summary(scenario))} ${notRehearsed(result)}
      ${result.notPlayed.map(notPlayed)}
    </ul>
  </header>`;
}

function summary(scenario: ScenarioResult): Html {
  const { service, id, title, verdict, couldNotRun } = scenario;
  const [tone, mark] = verdict?.asExpected ? ["good", "✓"] : verdict ? ["bad", "✗"] : ["warn", "!"];
  const what = verdict ? verdict.releases.map(sentence).join("; ") : `could not run: ${couldNotRun ?? ""}`;
  return html`<li class="${tone}">
    <span class="mark" aria-hidden="true">${mark}</span>
    <span><a href="#${service}-${id}">${service}: ${title}</a>: ${what}</span>
  </li>`;
}

/** What was left out, by service, with the environments where only some were. */
function notRehearsed({ pipelines }: RehearsalResult): Html[] {
  const services = [...new Set(pipelines.map(({ service }) => service))];
  return services.flatMap((service) => {
    const all = pipelines.filter((one) => one.service === service);
    const out = all.filter((one) => one.notRehearsed !== undefined);
    if (out.length === 0) return [];
    const where =
      out.length < all.length ? ` in ${out.map(({ environment }) => environment).join(" and ")}` : "";
    return html`<li class="warn">
      <span class="mark" aria-hidden="true">!</span>
      <span><a href="#pipelines">${service}</a>${where} was not rehearsed: ${out[0]?.notRehearsed}</span>
    </li>`;
  });
}

const notPlayed = (one: NotPlayed) =>
  html`<li class="warn">
    <span class="mark" aria-hidden="true">!</span>
    <span>Not played of ${notPlayedLine(one)}</span>
  </li>`;

const sentence = ({ environment, version, outcome }: JudgedRelease) =>
  `${version} in ${environment} was ${outcome}`;

function tiles(result: RehearsalResult): Html {
  const traffic = result.scenarios.flatMap((scenario) => scenario.traffic);
  const requests = traffic.reduce((sum, { totals }) => sum + totals.requests, 0);
  const failures = traffic.reduce((sum, { totals }) => sum + totals.failures, 0);
  const late = traffic.reduce((sum, { totals }) => sum + totals.lateSends, 0);
  const due = traffic.reduce((sum, { totals }) => sum + totals.due, 0);
  const releases = result.scenarios.find(({ verdict }) => verdict?.asExpected)?.releases ?? [];
  const onAws = releases.reduce((sum, release) => sum + release.predictedAwsMs, 0);
  const tile = (name: string, value: string, more: string) =>
    html`<div class="tile">
      <dt>${name}</dt>
      <dd>${value}<small>${more}</small></dd>
    </div>`;
  return html`<dl class="tiles">
    ${tile("Client requests", figure(requests), due > 0 ? `of ${figure(due)} that were due` : "none were sent")}
    ${tile("Failed, refused or lost", figure(failures), "in all scenarios, bad releases included")}
    ${
      releases.length > 0 &&
      tile(
        "Release on AWS",
        duration(onAws),
        `${releases.length === 1 ? "its pipeline" : "its pipelines"}, predicted`,
      )
    }
    ${tile("Rehearsal here", duration(result.wallMs), `AWS time ran up to ${figure(result.clock.speed)} times as fast`)}
    ${late > 0 && tile("Sent late", figure(late), "by more than 50 ms: the machine was busy")}
  </dl>`;
}

function about(result: RehearsalResult): Html {
  const versions = Object.entries(result.versions);
  return html`<section class="card columns">
    <div>
      <h2>What this cannot show</h2>
      ${
        result.notProven.length > 0
          ? html`<ul>
              ${result.notProven.map((limit) => html`<li>${limit}</li>`)}
            </ul>`
          : html`<p class="soft">Nothing was noted.</p>`
      }
    </div>
    <div>
      <h2>How to read it</h2>
      <ul>
        <li>
          Charts run in AWS time, up to ${figure(result.clock.speed)} times as fast as the wall clock, and
          slower while a canary or a bake gathers evidence. Waits such as the canary have their length on AWS;
          work that really ran here, such as a build, looks that many times longer than it was. Predicted
          durations count it once.
        </li>
        <li>Latency is wall time, from the moment at which a request was due: waiting to be sent counts.</li>
        <li>A version is the one that an answer named itself, not the one that a status promised.</li>
      </ul>
      <h2>Who served what</h2>
      <ul>
        ${result.servedBy.map(({ by, services }) => html`<li>${by}: ${services.join(", ")}</li>`)}
      </ul>
      <p class="small soft">
        Base: ${result.base}. Containers: ${result.containerRuntime}.
        ${versions.map(([name, version]) => `${name} ${version}`).join(" · ")}
      </p>
    </div>
  </section>`;
}
