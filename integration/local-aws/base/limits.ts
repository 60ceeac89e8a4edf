import type { Routes } from "./routes";

/** What the bases only keep a record of, or cannot do, each in a sentence: it is never reported as proven. */
export function limitsOf(routes: Routes): string[] {
  const by = (service: string) => routes.baseOf(service).name;
  const limits = [
    "IAM permissions: the roles are those that the stacks declare, but no base enforces their policies " +
      `(${by("iam")} keeps them).`,
    `Networks: ${by("ec2")} keeps subnets, routes and security groups as they are declared, and filters nothing.`,
    `Encryption, retention and lifecycle rules: ${by("s3")} keeps keys and rules as they are declared; nothing is ` +
      "proven of what they do to the data.",
    `Functions: ${by("lambda")} runs them without the memory, the sandbox and the concurrency that they declare.`,
  ];
  if (routes.baseOf("events") !== routes.baseOf("lambda")) {
    limits.push(
      `Events and functions: ${by("events")} does not know the functions of ${by("lambda")}, so no event, topic or ` +
        "queue starts one.",
    );
  }
  return limits;
}
