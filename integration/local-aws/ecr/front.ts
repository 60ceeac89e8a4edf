import type http from "node:http";
import type { HostListener } from "../core/acting";
import type { RegistryTokens, Tenant } from "./tokens";

// https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
const registryHost = /^(\d{12})\.dkr\.ecr\.([\w-]+)\.amazonaws\.com(?:\.cn)?(?::\d+)?$/;
const address = /^(localhost|\d+\.\d+\.\d+\.\d+)(:\d+)?$/;

/** Hears of each push that the registry took, by its path. */
type Pushed = (tenant: Tenant, path: string) => void;

/** Whether a request is for a registry: by the registry's name, or by the gateway's address as Docker uses it. */
export function isForRegistry(host: string, { url = "", headers }: http.IncomingMessage): boolean {
  if (registryHost.test(host)) return true;
  const signed = /^AWS/.test(headers.authorization ?? "") || /[?&]X-Amz-/.test(url);
  return address.test(host) && /^\/v2(\/|$|\?)/.test(url) && !signed;
}

/**
 * Stands before the base's registries, which take anybody: asks for a token, as ECR does, and finds the account and region
 * in it where the address does not say them. So `docker login 127.0.0.1:PORT`, `docker push` and `docker pull` work.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
 *
 * @param prefix what the container runtime puts before a repository's name; the repository has no such name
 */
export function registryFront(tokens: RegistryTokens, prefix?: string, pushed?: Pushed): HostListener {
  return async (request, response, passOn) => {
    const { host = "", authorization } = request.headers;
    const [, account, region] = registryHost.exec(host) ?? [];
    const refuse = (status: number, code: string, message: string) => {
      // What was sent is read, so that the client reads the answer.
      request.resume();
      response.writeHead(status, {
        "content-type": "application/json",
        "docker-distribution-api-version": "registry/2.0",
        ...(status === 401
          ? { "www-authenticate": `Basic realm="http://${host}/",service="ecr.amazonaws.com"` }
          : {}),
      });
      response.end(JSON.stringify({ errors: [{ code, message }] }));
    };
    if (!authorization) return refuse(401, "UNAUTHORIZED", "Not Authorized");
    const bearer = tokens.read(authorization);
    // "login attempt … failed with status: 400 Bad Request" is what people know of ECR.
    if (bearer === "invalid") return refuse(400, "UNAUTHORIZED", "Your Authorization Token is invalid.");
    if (bearer === "expired") {
      return refuse(403, "DENIED", "Your authorization token has expired. Reauthenticate and try again.");
    }
    const wanted: Tenant = account && region ? { account, region } : bearer;
    if (wanted.account !== bearer.account || wanted.region !== bearer.region) {
      const message = `a token of ${bearer.account} in ${bearer.region} is not authorized for the registry ${host}`;
      return refuse(403, "DENIED", message);
    }
    request.headers.host = `${wanted.account}.dkr.ecr.${wanted.region}.amazonaws.com`;
    delete request.headers.authorization;
    if (prefix && request.url?.startsWith(`/v2/${prefix}/`))
      request.url = `/v2/${request.url.slice(`/v2/${prefix}/`.length)}`;
    const { method, url = "" } = request;
    await passOn();
    if (method === "PUT" && response.statusCode === 201) pushed?.(wanted, url);
  };
}
