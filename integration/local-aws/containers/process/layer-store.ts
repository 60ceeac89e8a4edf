import { createHash, randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { applyRemovals, pack, unpack, type Blob } from "./archive";
import { copyTree, exists, list } from "./tree";

/** What one instruction did to the file system. */
export interface Layer {
  readonly folder: string;
  /** The files that it wrote, as a tree. Never written to once it is there. */
  readonly content: string;
  /** The paths that it took away. */
  readonly removed: readonly string[];
}

interface Record {
  removed: string[];
  bytes: number;
}

/** The files of layers that are here already, by the digest of what a registry has of them. */
export type KnownContents = Map<string, Pick<Layer, "content" | "removed"> & Pick<Blob, "diffId">>;

/** Layers by the key of what made them. Several builds, of several processes, may use one folder. */
export class LayerStore {
  private readonly used = new Set<string>();
  private readonly packing = new Map<string, Promise<Blob>>();

  /**
   * @param known shared by stores whose layers may be the same, and whose folders stay: to copy files is much faster than to
   *   unpack them
   */
  constructor(
    private readonly folder: string,
    private readonly known: KnownContents = new Map(),
  ) {}

  async find(key: string): Promise<Layer | undefined> {
    const folder = this.at(key);
    const text = await fs.readFile(path.join(folder, "layer.json"), "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    this.used.add(folder);
    const now = new Date();
    await fs.utimes(path.join(folder, "layer.json"), now, now).catch(() => undefined);
    return { folder, content: path.join(folder, "content"), removed: (JSON.parse(text) as Record).removed };
  }

  /** Makes a layer: `fill` writes its files and gives the paths that it takes away. It is there whole, or not at all. */
  async make(key: string, fill: (content: string) => Promise<readonly string[]>): Promise<Layer> {
    return this.put(key, async (folder) => ({ removed: await fill(path.join(folder, "content")) }));
  }

  /**
   * Takes in a layer from a registry, once for each repository, so that one that lacks a layer is found out.
   * `download` checks that the bytes are those of the digest.
   */
  async take(blob: {
    repository: string;
    digest: string;
    size: number;
    download: (file: string) => Promise<void>;
  }): Promise<Layer> {
    const key = `blob ${blob.repository} ${blob.digest}`;
    const known = await this.find(key);
    if (known) return known;
    const layer = await this.put(key, async (folder) => {
      const file = path.join(folder, "blob.tar.gz");
      await blob.download(file);
      const { removed, diffId } = await this.unpacked(blob.digest, file, path.join(folder, "content"));
      return { removed, blob: { digest: blob.digest, size: blob.size, diffId } };
    });
    // From now on it is known.
    await this.blob(layer);
    return layer;
  }

  private async unpacked(digest: string, file: string, content: string) {
    const known = this.known.get(digest);
    if (!known || !(await exists(known.content))) return unpack(file, content);
    await copyTree(known.content, content);
    return known;
  }

  /** The layer as a registry wants it; packed the first time it is asked for. */
  blob(layer: Layer): Promise<Blob> {
    let blob = this.packing.get(layer.folder);
    if (!blob) {
      blob = this.packed(layer).then((packed) => {
        this.known.set(packed.digest, { ...layer, diffId: packed.diffId });
        return packed;
      });
      this.packing.set(layer.folder, blob);
      blob.catch(() => this.packing.delete(layer.folder));
    }
    return blob;
  }

  /** Removes the layers longest unused, down to `bytes`; never those that this process used or others use just now. */
  async prune(bytes: number): Promise<void> {
    const aMoment = 60 * 60_000;
    const layers = [];
    for (const name of await fs.readdir(this.folder).catch(() => [])) {
      const folder = path.join(this.folder, name);
      const file = path.join(folder, "layer.json");
      const stat = await fs.stat(file).catch(() => undefined);
      const unfinished = stat === undefined;
      const { mtimeMs } = stat ?? (await fs.stat(folder).catch(() => ({ mtimeMs: Date.now() })));
      const size = unfinished ? 0 : (JSON.parse(await fs.readFile(file, "utf8")) as Record).bytes;
      const inUse = this.used.has(folder) || Date.now() - mtimeMs < aMoment;
      layers.push({ folder, mtimeMs, size, unfinished, inUse });
    }
    let total = layers.reduce((sum, { size }) => sum + size, 0);
    for (const layer of layers.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (layer.inUse || (!layer.unfinished && total <= bytes)) continue;
      await fs.rm(layer.folder, { recursive: true, force: true });
      total -= layer.size;
    }
  }

  private at(key: string): string {
    return path.join(this.folder, createHash("sha256").update(key).digest("hex").slice(0, 32));
  }

  private async put(
    key: string,
    fill: (folder: string) => Promise<{ removed: readonly string[]; blob?: Omit<Blob, "file"> }>,
  ): Promise<Layer> {
    const making = path.join(this.folder, `making-${randomUUID()}`);
    await fs.mkdir(path.join(making, "content"), { recursive: true });
    try {
      const { removed, blob } = await fill(making);
      const entries = await list(path.join(making, "content"));
      const bytes = entries.reduce((sum, { size }) => sum + size, 0);
      if (blob) await fs.writeFile(path.join(making, "blob.json"), JSON.stringify(blob));
      await fs.writeFile(path.join(making, "layer.json"), JSON.stringify({ removed, bytes }));
      // Whoever made the same layer at the same time and was first has it right too.
      await fs.rename(making, this.at(key)).catch(async (error: unknown) => {
        if (!(await exists(path.join(this.at(key), "layer.json")))) throw error;
      });
    } finally {
      await fs.rm(making, { recursive: true, force: true });
    }
    const layer = await this.find(key);
    if (!layer) throw new Error(`the layer ${this.at(key)} was removed while it was made`);
    return layer;
  }

  private async packed(layer: Layer): Promise<Blob> {
    const file = path.join(layer.folder, "blob.tar.gz");
    const record = path.join(layer.folder, "blob.json");
    const known = await fs.readFile(record, "utf8").catch(() => undefined);
    if (known !== undefined) return { ...(JSON.parse(known) as Omit<Blob, "file">), file };
    const making = `${file}.${randomUUID()}`;
    const { digest, size, diffId } = await pack(layer.content, layer.removed, making);
    await fs.rename(making, file);
    // Last, and in one step: who finds the record finds the file whole.
    await fs.writeFile(`${record}.${digest.slice(7, 19)}`, JSON.stringify({ digest, size, diffId }));
    await fs.rename(`${record}.${digest.slice(7, 19)}`, record);
    return { digest, size, diffId, file };
  }
}

/** Puts layers together in a folder, in their order. */
export async function assemble(layers: readonly Layer[], root: string): Promise<void> {
  await fs.mkdir(root, { recursive: true });
  for (const layer of layers) {
    await applyRemovals(root, layer.removed);
    await copyTree(layer.content, root);
  }
}
