import { request } from "undici";

/** Whether a base is a registry as well, by the host that its images have. MiniStack is; ECR's API alone is not enough. */
export async function hasRegistry(url: string): Promise<boolean> {
  const headers = { host: "000000000000.dkr.ecr.us-east-1.amazonaws.com" };
  try {
    const { headers: answer, body } = await request(`${url}/v2/`, { headers });
    await body.dump();
    // https://distribution.github.io/distribution/spec/api/#api-version-check
    return answer["docker-distribution-api-version"] === "registry/2.0";
  } catch {
    return false;
  }
}
