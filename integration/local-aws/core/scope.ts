import type http from "node:http";

/** What a signed request says about its caller and whom it calls. */
export interface Scope {
  accessKeyId: string;
  sessionToken?: string;
  region: string;
  service: string;
}

/** A 12-digit access key names the account to every base. */
export const isAccount = (accessKeyId: string) => /^\d{12}$/.test(accessKeyId);

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
export function credentialScope({
  path,
  headers,
}: {
  path: string;
  headers: http.IncomingHttpHeaders;
}): Scope | undefined {
  const header = /Credential=([^,\s]+)/.exec(headers.authorization ?? "")?.[1];
  const query = new URL(path, "http://x").searchParams;
  const credential = header ?? query.get("X-Amz-Credential");
  const [accessKeyId, , region, service] = credential?.split("/") ?? [];
  if (!accessKeyId || !region || !service) return undefined;
  const token = headers["x-amz-security-token"] ?? query.get("X-Amz-Security-Token") ?? undefined;
  return { accessKeyId, sessionToken: Array.isArray(token) ? token[0] : token, region, service };
}

/** The same request, as the account itself would have sent it. No base checks signatures. */
export function asAccount(
  { path, headers }: { path: string; headers: http.IncomingHttpHeaders },
  { accessKeyId }: Scope,
  account: string,
): { path: string; headers: http.IncomingHttpHeaders } {
  const { "x-amz-security-token": _token, authorization, ...rest } = headers;
  const signed = authorization?.replace(`Credential=${accessKeyId}/`, `Credential=${account}/`);
  return {
    path: path.replace(`X-Amz-Credential=${accessKeyId}`, `X-Amz-Credential=${account}`),
    headers: { ...rest, ...(signed === undefined ? {} : { authorization: signed }) },
  };
}
