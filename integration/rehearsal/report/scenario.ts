import type { ClockMapping, ReleaseTimeline, ScenarioResult, TrafficSeries } from "../model";
import { latencyColors, outcomeColors, type ChartInput } from "./chart-input";
import { environmentChart } from "./charts";
import { duration, elapsed, figure, milliseconds, percent } from "./format";
import { html, type Html } from "./html";
import { releaseTables } from "./release-tables";
import { releaseVerdict } from "./release-verdict";

/** A scenario: what was expected, what is claimed and on which figures, and what happened over time. */
export function scenarioCard(
  scenario: ScenarioResult,
  clock: ClockMapping,
  colorOf: ChartInput["colorOf"],
): Html {
  const { id, title, description, verdict, couldNotRun, traffic, releases } = scenario;
  const own = releases.map(({ environment }) => ({ service: scenario.service, environment }));
  const pairs = new Map([...own, ...traffic].map((one) => [`${one.service} ${one.environment}`, one]));
  const [tone, said] = verdict?.asExpected
    ? ["good", "as expected"]
    : verdict
      ? ["bad", "not as expected"]
      : ["warn", "could not run"];
  return html`<section class="card" id="${scenario.service}-${id}">
    <div class="title">
      <h2>${scenario.service}: ${title}</h2>
      <span class="pill ${tone}">${said}</span>
      <span class="soft small">${duration(scenario.wallMs)} here</span>
    </div>
    <p class="soft">${description}</p>
    ${couldNotRun !== undefined && html`<pre>${couldNotRun}</pre>`}
    ${verdict?.releases.map((release) => releaseVerdict(release, colorOf))}
    ${[...pairs.values()].map((pair) => environmentFigure(scenario, pair, clock, colorOf))}
  </section>`;
}

function environmentFigure(
  { id, title, service: rehearsed, startedAt, endedAt, releases, traffic }: ScenarioResult,
  { service, environment }: { service: string; environment: string },
  clock: ClockMapping,
  colorOf: ChartInput["colorOf"],
): Html {
  const here = service === rehearsed ? releases.filter((release) => release.environment === environment) : [];
  const seen = traffic.find((series) => series.service === service && series.environment === environment);
  const chart = environmentChart({
    id: `${id}-${service}-${environment}`,
    title: chartTitle(title, `${service} in ${environment}`, here, seen),
    period: { from: startedAt, to: endedAt },
    clock,
    releases: here,
    traffic: seen,
    colorOf,
  });
  const totals = seen?.totals;
  return html`<figure>
    <figcaption>
      <h3>${service} in ${environment}</h3>
      <span class="soft small">
        ${
          totals
            ? `${figure(totals.requests)} requests, ${figure(totals.failures)} failed; latency ` +
              `${milliseconds(totals.p50Ms)} (p50), ${milliseconds(totals.p99Ms)} (p99)`
            : "no clients"
        }
        ${totals && totals.lateSends > 0 && `; ${figure(totals.lateSends)} sent late`}
      </span>
    </figcaption>
    ${legend(seen, colorOf)}
    <div class="chart">${chart}</div>
    ${releaseTables(here, startedAt)} ${seen && trafficTable(seen, startedAt)}
  </figure>`;
}

function chartTitle(title: string, where: string, here: ReleaseTimeline[], seen?: TrafficSeries): string {
  const pipelines = here.map(({ pipelineName, status }) => `${pipelineName} ${status}`).join(", ");
  const traffic = seen
    ? `${figure(seen.totals.requests)} requests, ${figure(seen.totals.failures)} failed`
    : "no traffic";
  return `${title}, ${where}: ${pipelines || "no pipeline ran"}; ${traffic}. The tables below have the figures.`;
}

function legend(seen: TrafficSeries | undefined, colorOf: ChartInput["colorOf"]): Html | undefined {
  if (!seen) return undefined;
  const item = (color: string, text: string) => html`<li><i style="--swatch:${color}"></i>${text}</li>`;
  return html`<ul class="legend">
    ${seen.versions.map(({ version, answers }) => {
      const count = answers.reduce((sum, one) => sum + one, 0);
      return item(colorOf(version), `${version || "(unnamed)"} ${percent(count, seen.totals.requests)}`);
    })}
    ${seen.failures.map(({ outcome }) => item(outcomeColors[outcome] ?? "var(--soft)", `failed: ${outcome}`))}
    ${item(latencyColors.p50, "latency p50")} ${item(latencyColors.p99, "latency p99")}
    ${item("var(--band)", "production traffic is shifted")}
  </ul>`;
}

function trafficTable(seen: TrafficSeries, startedAt: number): Html {
  const number = (value: string | number) => html`<td class="number">${value}</td>`;
  const heading = (value: string) => html`<th class="number" scope="col">${value}</th>`;
  const problems = Object.entries(seen.totals.problems);
  return html`<details>
    <summary>Traffic in figures, by windows of ${duration(seen.windowMs)}</summary>
    ${
      problems.length > 0 &&
      html`<p class="small">
        In the clients' words, all scenarios:
        ${problems.map(([text, count]) => `${text} (${count}×)`).join("; ")}
      </p>`
    }
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            ${seen.versions.map(({ version }) => heading(version || "(unnamed)"))}
            ${seen.failures.map(({ outcome }) => heading(`failed: ${outcome}`))}
            ${["p50", "p95", "p99"].map(heading)}
          </tr>
        </thead>
        <tbody>
          ${seen.p50Ms.map(
            (p50, i) =>
              html`<tr>
                <td>${elapsed(seen.from + i * seen.windowMs - startedAt)}</td>
                ${seen.versions.map(({ answers }) => number(answers[i] ?? 0))}
                ${seen.failures.map(({ requests }) => number(requests[i] ?? 0))}
                ${[p50, seen.p95Ms[i], seen.p99Ms[i]].map((value) => number(milliseconds(value)))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}
