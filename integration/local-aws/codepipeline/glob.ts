import { globToRegExp } from "../core/glob";

/**
 * Whether `text` matches one of the glob patterns of a trigger filter.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/syntax-glob.html
 */
export const matchesAny = (patterns: readonly string[], text: string): boolean =>
  patterns.some((pattern) => globToRegExp(pattern, { braces: true }).test(text));
