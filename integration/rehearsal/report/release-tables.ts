import type { AwsMs, ReleaseTimeline } from "../model";
import { duration, elapsed } from "./format";
import { html, type Html } from "./html";

/** The pipeline executions of one environment as tables: the same figures as in its timeline, and the messages. */
export function releaseTables(releases: readonly ReleaseTimeline[], startedAt: AwsMs): Html {
  return html`${releases.map(
    (release) =>
      html`<details ${release.status === "Failed" && "open"}>
        <summary>
          Pipeline <code>${release.pipelineName}</code>: ${release.status},
          ${duration(release.predictedAwsMs)} on AWS (predicted), ${duration(release.wallMs)} here
        </summary>
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">Stage, action, event</th>
                <th scope="col">Status</th>
                <th scope="col" class="number">Began</th>
                <th scope="col" class="number">Took (AWS time)</th>
                <th scope="col">Message</th>
              </tr>
            </thead>
            <tbody>
              ${release.actions.flatMap(({ stage, action, provider, deployment, error, summary, ...run }) => [
                row(`${stage} / ${action} (${provider})`, run, error ?? summary, startedAt),
                ...(deployment?.events ?? []).map(({ name, message, ...event }) =>
                  row(`↳ ${name}`, event, event.status === "Succeeded" ? undefined : message, startedAt),
                ),
                deployment?.rollbackDeploymentId &&
                  row(
                    `↳ rolled back by ${deployment.rollbackDeploymentId}`,
                    { status: "" },
                    deployment.error,
                    startedAt,
                  ),
              ])}
            </tbody>
          </table>
        </div>
      </details>`,
  )}`;
}

function row(
  name: string,
  { status, startedAt, endedAt }: { status: string; startedAt?: AwsMs; endedAt?: AwsMs },
  message: string | undefined,
  origin: AwsMs,
): Html {
  const took = startedAt === undefined || endedAt === undefined ? "–" : duration(endedAt - startedAt);
  return html`<tr>
    <td>${name}</td>
    <td>${status}</td>
    <td class="number">${startedAt === undefined ? "–" : elapsed(startedAt - origin)}</td>
    <td class="number">${took}</td>
    <td>${message?.includes("\n") ? html`<pre>${message}</pre>` : message}</td>
  </tr>`;
}
