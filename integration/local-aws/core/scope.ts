import type http from "node:http";

/** What a signed request says about its caller and whom it calls. */
export interface Scope {
  accessKeyId: string;
  region: string;
  service: string;
}

/** A 12-digit access key names the account to every base. */
export const isAccount = (accessKeyId: string) => /^\d{12}$/.test(accessKeyId);

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
export function credentialScope(request: http.IncomingMessage): Scope | undefined {
  const header = /Credential=([^,\s]+)/.exec(request.headers.authorization ?? "")?.[1];
  const credential = header ?? new URL(request.url ?? "/", "http://x").searchParams.get("X-Amz-Credential");
  const [accessKeyId, , region, service] = credential?.split("/") ?? [];
  return accessKeyId && region && service ? { accessKeyId, region, service } : undefined;
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
