import type { ContainerDefinition, ContainerDependency } from "@aws-sdk/client-ecs";
import { clientError } from "./errors";
import { isChecked } from "./health-check";

/**
 * The containers of a task in an order in which every one comes after those that it depends on.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
 *
 * @throws ClientException when there is none, or a condition can never hold
 */
export function inOrder<T extends ContainerDefinition>(containers: readonly T[]): T[] {
  const byName = new Map(containers.map((one) => [one.name, one]));
  const ordered = new Set<T>();
  const visit = (container: T, above: readonly T[]) => {
    if (ordered.has(container)) return;
    if (above.includes(container)) {
      const circle = [...above.slice(above.indexOf(container)), container]
        .map(({ name }) => name)
        .join(" → ");
      throw clientError(`Containers depend on each other in a circle: ${circle}.`);
    }
    for (const dependency of container.dependsOn ?? []) {
      const other = byName.get(dependency.containerName);
      if (!other) {
        throw clientError(
          `The container "${container.name}" depends on "${dependency.containerName}", which the task does not have.`,
        );
      }
      check(container, dependency, other);
      visit(other, [...above, container]);
    }
    ordered.add(container);
  };
  for (const container of containers) visit(container, []);
  return [...ordered];
}

function check(
  container: ContainerDefinition,
  { condition }: ContainerDependency,
  other: ContainerDefinition,
) {
  const which = `The container "${container.name}" waits for "${other.name}" to be ${condition}, but`;
  if (condition === "HEALTHY" && !isChecked(other)) throw clientError(`${which} it has no health check.`);
  if ((condition === "COMPLETE" || condition === "SUCCESS") && other.essential !== false) {
    throw clientError(`${which} it is essential, so its end is the task's.`);
  }
}

/** What is known of a container that another one waits for. */
export interface Started {
  ended: Promise<{ exitCode: number | undefined }>;
  healthy: Promise<void>;
}

/** Waits until a dependency's condition holds. @throws Error in ECS's words when it cannot any more */
export async function holds(
  { containerName, condition }: ContainerDependency,
  target: string,
  started: Started,
): Promise<void> {
  if (condition === "START") return;
  const failed = (why: string) =>
    new Error(
      `failed to resolve container ordering dependency [${containerName}] for target [${target}] as ${why}`,
    );
  if (condition === "HEALTHY") {
    const ended = started.ended.then(() => {
      throw failed("the dependency ended before it was healthy");
    });
    return Promise.race([started.healthy, ended]);
  }
  const { exitCode } = await started.ended;
  if (condition === "SUCCESS" && exitCode !== 0) {
    throw failed(`the dependency did not exit successfully: exit code ${exitCode}`);
  }
}
