import { buildImage } from "../../../infra/lib/build-image";
import { pullableName } from "../../local-aws/containers/docker/build-image";
import { miniStackImage } from "../../local-aws/base/ministack";
import { dockerMissing, imagesToPull, usualRelayImage } from "../../local-aws/containers/docker/daemon";

/** What the tests run beside the relay: tasks, builds, and bases. Tests pull nothing. */
const images = [usualRelayImage, pullableName(buildImage), miniStackImage()];

/** Why the tests that need Docker cannot run here, or undefined when they can. */
export async function dockerTestsMissing(): Promise<string | undefined> {
  const missing = await dockerMissing();
  if (missing) return missing;
  const [absent] = await imagesToPull(images);
  return (
    absent &&
    `the image ${absent} is not there; pull it, or make a stand-in with integration/test/docker/images/build.sh`
  );
}
