import { buildImage } from "../../../infra/lib/build-image";
import { pullableName } from "../../local-aws/containers/docker/build-image";
import { miniStackImage } from "../../local-aws/base/ministack";
import { dockerMissing, imagesToPull, usualRelayImage } from "../../local-aws/containers/docker/daemon";

/** What the tests run beside the relay: tasks, builds, bases, and what services' Dockerfiles begin with. Tests pull nothing. */
const images = [
  usualRelayImage,
  pullableName(buildImage),
  miniStackImage(),
  "python:3.13-slim",
  "golang:1.19-bookworm",
  "debian:bookworm-slim",
];

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
