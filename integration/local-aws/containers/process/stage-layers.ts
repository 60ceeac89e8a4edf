import { createHash } from "node:crypto";
import { assemble, type Layer, type LayerStore } from "./layer-store";
import type { StageState } from "./stage";

/** Adds the layer of an instruction: the one that the same inputs gave before, or a new one. */
export async function addLayer(
  state: StageState,
  { store, tell }: { store: LayerStore; tell: (text: string) => void },
  inputs: string,
  fill: (content: string) => Promise<readonly string[]>,
): Promise<void> {
  state.key = createHash("sha256").update(`${state.key}\n${inputs}`).digest("hex");
  let layer: Layer | undefined = await store.find(state.key);
  if (layer) tell("CACHED\n");
  const kept = layer !== undefined;
  if (!layer && inputs.startsWith("run ")) await assembleStage(state);
  layer ??= await store.make(state.key, fill);
  // What a RUN wrote is in the assembled folder already.
  if (state.assembled && (kept || !inputs.startsWith("run "))) await assemble([layer], state.root);
  state.layers.push(layer);
}

/** Puts a stage's layers together in its folder, once. */
export async function assembleStage(state: StageState): Promise<void> {
  if (state.assembled) return;
  state.assembled = true;
  await assemble(state.layers, state.root);
}
