/** Whether a version is one of those that a shorter one stands for: 22.4.1 of 22 and of 22.4. */
export const isOf = (version: string, wanted: string): boolean => `${version}.`.startsWith(`${wanted}.`);

/** What to say where another version stands in for what AWS would use; undefined where it is that one. */
export function versionGap(name: string, wanted: string | undefined, version: string): string | undefined {
  if (wanted === undefined || isOf(version, wanted)) return undefined;
  // As closely as was asked, so that the same is said once.
  const here = version.split(".").slice(0, wanted.split(".").length).join(".");
  return `${name}: AWS would use ${wanted}; here it was ${here}: not proven.`;
}
