import type { Claim, JudgedPart, JudgedRelease } from "../outcome";
import type { ChartInput } from "./chart-input";
import { duration, figure } from "./format";
import { html, type Html } from "./html";

/** What became of a release, the claims that say so, and at which rate and speed its parts were seen. */
export function releaseVerdict(
  { environment, version, outcome, expected, asExpected, reason, claims, parts }: JudgedRelease,
  colorOf: ChartInput["colorOf"],
): Html {
  return html`<div class="release">
    <div class="title">
      <h3>
        <span class="legend" style="display:inline"><i style="--swatch:${colorOf(version)}"></i></span
        ><code>${version}</code> in ${environment}
      </h3>
      <span class="pill ${asExpected ? "good" : "bad"}">${outcome}</span>
      ${expected !== outcome && html`<span class="soft small">expected was ${expected}</span>`}
    </div>
    <p class="small">${reason}</p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th><span class="soft">Holds</span></th>
            <th>Claim</th>
            <th>Evidence</th>
          </tr>
        </thead>
        <tbody>
          ${claims.map(claimRow)}
        </tbody>
      </table>
    </div>
    ${parts.length > 0 && partsTable(parts)}
  </div>`;
}

const claimRow = ({ claim, holds, evidence }: Claim) =>
  html`<tr class="${holds ? "good" : "bad"}">
    <td class="mark"><span role="img" aria-label="${holds ? "yes" : "no"}">${holds ? "✓" : "✗"}</span></td>
    <td class="claim">${claim}</td>
    <td class="evidence">${evidence}</td>
  </tr>`;

const partNames: Record<JudgedPart["part"], string> = {
  before: "before it had traffic",
  shift: "shift of traffic",
  bake: "bake",
  after: "after the deployment",
};

const partsTable = (parts: JudgedPart[]) =>
  html`<details>
    <summary>At which rate and speed its parts were judged</summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Part</th>
            ${[
              "AWS time",
              "Times as fast",
              "Requests a second of AWS time",
              "Requests",
              "Met it",
              "Failed",
            ].map((name) => html`<th class="number" scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${parts.map(
            ({ part, awsMs, speed, ratePerSecond, requests, met, failures }) =>
              html`<tr>
                <td>${partNames[part]}</td>
                ${[
                  duration(awsMs),
                  speed.toFixed(0),
                  ratePerSecond.toFixed(1),
                  figure(requests),
                  figure(met),
                  figure(failures),
                ].map((value) => html`<td class="number">${value}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
