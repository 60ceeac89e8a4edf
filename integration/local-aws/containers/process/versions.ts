/** Whether a version is one of those that a shorter one stands for: 22.4.1 of 22 and of 22.4. */
export const isOf = (version: string, wanted: string): boolean => `${version}.`.startsWith(`${wanted}.`);

/** What to say where another version stands in for what AWS would use; undefined where it is that one. */
export const versionGap = (name: string, wanted: string | undefined, version: string): string | undefined =>
  wanted === undefined || isOf(version, wanted)
    ? undefined
    : `${name}: AWS would use ${wanted}; here it was ${version}: not proven.`;
