import type Dockerode from "dockerode";
import type { AuthConfig } from "dockerode";
import { ImageUnavailableError } from "../../core/container-runtime";
import { PullProgress, sayingWhile, type PullEvent } from "./pull-progress";
import { messageOf } from "./sweep";

/**
 * Pulls an image.
 *
 * @param options.shown what people call it
 * @param options.say gets a line now and then when it takes long
 * @throws ImageUnavailableError
 */
export async function pullImage(
  docker: Dockerode,
  image: string,
  options: { auth?: AuthConfig; shown?: string; say?: (message: string) => void } = {},
): Promise<void> {
  const { auth, shown = image, say = () => undefined } = options;
  const progress = new PullProgress();
  const pull = async () => {
    const events = await docker.pull(image, auth ? { authconfig: auth } : {});
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(
        events,
        (error) => (error ? reject(error) : resolve()),
        (event: PullEvent) => progress.take(event),
      );
    });
  };
  try {
    await sayingWhile(pull(), () => `Docker pulls ${shown} … ${progress.text}`.trimEnd(), say);
  } catch (error) {
    throw new ImageUnavailableError(
      `the image ${shown} is not there and cannot be pulled: ${messageOf(error).replaceAll(image, shown)}`,
      {
        cause: error,
      },
    );
  }
}
