import { buildImage } from "../../../infra/components/build-image";
import { pullableName } from "../../local-aws/containers/docker/build-image";
import { miniStackImage } from "../../local-aws/base/ministack";
import { dockerMissing } from "../../local-aws/containers/docker/runtime";

/** What the tests run: the relay and tasks, builds, and bases. Tests pull nothing. */
const images = ["public.ecr.aws/docker/library/node:22-alpine", pullableName(buildImage), miniStackImage()];

/** Why the tests that need Docker cannot run here, or undefined when they can. */
export async function dockerTestsMissing(): Promise<string | undefined> {
  const missing = await dockerMissing();
  if (missing) return missing;
  const { getContainerRuntimeClient } = await import("testcontainers");
  const { dockerode } = (await getContainerRuntimeClient()).container;
  for (const image of images) {
    const found = await dockerode
      .getImage(image)
      .inspect()
      .catch(() => undefined);
    if (!found)
      return `the image ${image} is not there; pull it, or make a stand-in with integration/test/docker/images/build.sh`;
  }
  return undefined;
}
