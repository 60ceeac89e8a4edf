import { z } from "zod";
import { allow, group, matching, variableName, whole } from "../../lib/checks";
import type { Configured } from "../kind";
import { type EcsServiceDefinition, fargateSizeProblem } from "./definition";

const overrides = group({
  desiredCount: whole(1, 100, "a number of tasks").optional(),
  cpu: whole(256, 4096, "CPU units").optional(),
  memory: whole(512, 30_720, "MiB").optional(),
  domainName: matching(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "a domain name").optional(),
  environment: z
    .record(variableName, z.string(allow("a text, in quotes")), allow("{NAME: value}"))
    .optional(),
  protect: z.boolean(allow("true or false")).optional(),
});

/** What one environment's configuration says of a container service, laid over its definition. */
export function configured(definition: EcsServiceDefinition): z.ZodType<Configured<EcsServiceDefinition>> {
  return overrides.transform((given, context) => {
    const { environment, domainName, protect, ...sizes } = given;
    const set = Object.fromEntries(Object.entries(sizes).filter(([, value]) => value !== undefined));
    const service = {
      ...definition,
      ...set,
      environment: { ...definition.environment, ...environment },
      domainName,
      protect,
    };
    const problem = fargateSizeProblem(service.cpu, service.memory);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem, input: given });
    return service;
  });
}
