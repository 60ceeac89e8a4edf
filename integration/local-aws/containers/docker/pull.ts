import type Dockerode from "dockerode";
import type { AuthConfig } from "dockerode";
import { messageOf } from "./sweep";

/** Pulls an image. @throws Error with a sentence for people */
export async function pullImage(docker: Dockerode, image: string, auth?: AuthConfig): Promise<void> {
  try {
    const progress = await docker.pull(image, auth ? { authconfig: auth } : {});
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(progress, (error) => (error ? reject(error) : resolve()));
    });
  } catch (error) {
    throw new Error(`the image ${image} is not there and cannot be pulled: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
