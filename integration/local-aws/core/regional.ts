import type { Identity } from "./aws";

/** State kept for each account and region by itself, as on AWS; made when first asked for. */
export class Regional<T> {
  private readonly states = new Map<string, T>();

  constructor(private readonly make: (account: string, region: string) => T) {}

  of({ account, region }: Pick<Identity, "account" | "region">): T {
    const key = `${account} ${region}`;
    let state = this.states.get(key);
    if (!state) {
      state = this.make(account, region);
      this.states.set(key, state);
    }
    return state;
  }

  all(): T[] {
    return [...this.states.values()];
  }
}
