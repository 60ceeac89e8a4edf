import type { PipelineStanding } from "../model";
import { html, type Html } from "./html";

const namers: Record<NonNullable<PipelineStanding["versionNamedBy"]>, string> = {
  service: "the service itself",
  "load balancer": "the load balancer, by target: the service names none",
  both: "some by the service, some by the load balancer",
  nobody: "nobody",
};

/** Every pipeline of the stacks: what became of its releases, or why nothing did. */
export function standingsCard(pipelines: readonly PipelineStanding[]): Html {
  return html`<section class="card" id="pipelines">
    <h2>Pipelines</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">Environment</th>
            <th scope="col">What became of its releases</th>
            <th scope="col">Objectives</th>
            <th scope="col">Version named by</th>
          </tr>
        </thead>
        <tbody>
          ${pipelines.map(
            ({ service, environment, objectives, expectedRate, releases, notRehearsed, versionNamedBy }) =>
              html`<tr>
                <td>${service}</td>
                <td>${environment}</td>
                <td>
                  ${
                    notRehearsed === undefined
                      ? releases.map(
                          ({ version, outcome, asExpected }) =>
                            html`<span class="pill ${asExpected ? "good" : "bad"}">${outcome}</span>
                              <code>${version}</code> `,
                        )
                      : html`<span class="pill warn">not rehearsed</span> ${notRehearsed}`
                  }
                </td>
                <td>
                  ${objectives.availabilityPercent} % answered well, 99 % of them within
                  ${objectives.latencyP99Ms} ms, at ${expectedRate} requests a second
                </td>
                <td>${versionNamedBy === undefined ? "–" : namers[versionNamedBy]}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
