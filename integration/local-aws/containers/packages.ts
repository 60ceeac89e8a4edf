import path from "node:path";

/**
 * How this machine reaches package registries: what builds need of its settings, and nothing secret. Tokens of private
 * registries do not go along; a project that needs them brings its own, as on AWS.
 *
 * @param packageCache the folder of the package managers' own caches
 */
export function packageEnvironment(packageCache: string): {
  environment: Record<string, string>;
  /** Folders that it names and that are written to. */
  writable: string[];
  /** Files and folders that it names. */
  readable: string[];
} {
  const taken: Record<string, string> = {};
  const names =
    /^(https_proxy|PIP_(INDEX_URL|TRUSTED_HOST|CERT|FIND_LINKS|DEFAULT_TIMEOUT)|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(CURL|REQUESTS)_CA_BUNDLE|npm_config_(registry|cafile)|LANG|LC_ALL|TZ)$/i;
  const secret = /^https?:\/\/[^/]*@/;
  for (const [name, value] of Object.entries(process.env))
    if (value && names.test(name) && !secret.test(value)) taken[name] = value;
  // npm would ask http_proxy, which is the gateway, for a registry that is reached over plain HTTP.
  const registry = taken.npm_config_registry;
  const proxy = process.env.HTTP_PROXY ?? process.env.http_proxy;
  if (proxy) taken.npm_config_proxy = proxy;
  else if (registry?.startsWith("http:"))
    taken.npm_config_noproxy = `127.0.0.1,localhost,${new URL(registry).hostname}`;
  const caches = { npm: path.join(packageCache, "npm"), pip: path.join(packageCache, "pip") };
  const environment = {
    ...taken,
    npm_config_cache: caches.npm,
    npm_config_prefer_offline: "true",
    npm_config_update_notifier: "false",
    npm_config_audit: "false",
    npm_config_fund: "false",
    PIP_CACHE_DIR: caches.pip,
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    PIP_NO_INPUT: "1",
  };
  return {
    environment,
    writable: Object.values(caches),
    readable: Object.values(taken).filter((value) => path.isAbsolute(value)),
  };
}
