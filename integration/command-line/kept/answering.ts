import { versionHeader } from "../../local-aws/core/versions";
import type { ClientAudience } from "../../rehearsal/traffic/load";

/** A canary may share the traffic out: so many requests see both versions, or miss a tenth once in eight times. */
const looks = 20;
/** Wall milliseconds for one answer. */
const patienceMs = 5000;

/**
 * Which versions answer at an address, by what they say of themselves, with how often; "" for an answer that named none
 * or never came. Asks for what the service's clients ask for.
 */
export async function answeringVersions(
  origin: string,
  { requests }: ClientAudience,
): Promise<Map<string, number>> {
  const reads = requests.filter(({ method = "GET" }) => method === "GET");
  const { path = "/", headers } = reads[0] ?? {};
  const versions = new Map<string, number>();
  for (let look = 0; look < looks; look++) {
    const version = await fetch(origin + path, {
      headers,
      // Where it leads is not asked: it may be another machine.
      redirect: "manual",
      signal: AbortSignal.timeout(patienceMs),
    }).then(
      async (answer) => {
        await answer.body?.cancel();
        return answer.headers.get(versionHeader) ?? "";
      },
      () => "",
    );
    versions.set(version, (versions.get(version) ?? 0) + 1);
    if (version === "") break;
  }
  return versions;
}
