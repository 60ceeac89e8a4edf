import { Changes } from "../changes";
import { containerEffect, faultKinds } from "./kinds";
import type { ContainerEffect, Fault } from "./fault";

/** A version of a service where it runs. Staging and production have the same digest, in accounts of their own. */
export interface ImageIn {
  /** `sha256:…` of the image's manifest. */
  imageDigest: string;
  /** The account of the cluster. */
  account: string;
}

export interface Injection {
  fault: Fault;
  /** Orders which requests meet the fault. */
  seed: number;
}

/** The faults that versions have at this moment. Only tasks of that image in that account meet them. */
export class Faults extends Changes {
  /** Every kind of fault: how it is written, and a line of help. */
  readonly list = faultKinds;
  /** Why the runtime of containers cannot do something; undefined when it can. */
  cannot: (effect: ContainerEffect) => string | undefined = () => undefined;
  private readonly injected = new Map<string, Injection[]>();

  /** @throws Error with a sentence for people when the machine cannot do it */
  check(fault: Fault): void {
    const effect = containerEffect(fault);
    const reason = effect && this.cannot(effect);
    if (reason) throw new Error(`the fault "${fault.kind}" cannot be had here: ${reason}`);
  }

  /**
   * From now on tasks of the image meet the fault, those that run already too; what happens to a container at its start
   * (`out of memory`, `exit`) happens to those that start from now on. Returns what takes the fault away again.
   *
   * @throws as `check` does
   */
  inject(image: ImageIn, fault: Fault, { seed = 1 }: { seed?: number } = {}): () => void {
    this.check(fault);
    const key = keyOf(image);
    const injection = { fault, seed };
    this.injected.set(key, [...this.of(image), injection]);
    this.tell();
    return () => {
      this.injected.set(
        key,
        this.of(image).filter((one) => one !== injection),
      );
      this.tell();
    };
  }

  of(image: ImageIn): readonly Injection[] {
    return this.injected.get(keyOf(image)) ?? [];
  }
}

const keyOf = ({ imageDigest, account }: ImageIn) => `${account} ${imageDigest}`;
