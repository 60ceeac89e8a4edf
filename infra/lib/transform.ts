import * as pulumi from "@pulumi/pulumi";

/**
 * Changes what a component gives one of its children: a partial that is laid over the arguments, or a function that
 * may change the arguments and the resource options (`ignoreChanges`, `protect`, …).
 *
 * @example `{ memory: "2048" }`
 * @example `(args, opts) => { opts.protect = true; }`
 */
export type Transform<Args extends object> =
  Partial<Args> | ((args: Args, opts: pulumi.CustomResourceOptions, name: string) => void);

/** The constructor arguments of a child, after the caller's {@link Transform}. */
export function transformed<Args extends object>(
  transform: Transform<Args> | undefined,
  name: string,
  args: Args,
  opts: pulumi.CustomResourceOptions,
): [string, Args, pulumi.CustomResourceOptions] {
  if (typeof transform !== "function") return [name, { ...args, ...transform }, opts];
  const ours: [string, Args, pulumi.CustomResourceOptions] = [name, { ...args }, { ...opts }];
  transform(ours[1], ours[2], name);
  return ours;
}
