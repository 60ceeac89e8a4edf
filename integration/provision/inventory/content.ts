import { createHash } from "node:crypto";
import { unzipSync } from "fflate";

const longestText = 16_384;

/**
 * What bytes hold, so that two of them compare as their readers would find them: a zip by its files, whatever their
 * order, dates and compression; a short text as it is, as it may name other resources; anything else by its hash.
 */
export function contentOf(bytes: Uint8Array): string | Record<string, string> {
  if (!isZip(bytes)) return plain(bytes);
  const files = Object.entries(unzipSync(bytes)).filter(([name]) => !name.endsWith("/"));
  return Object.fromEntries(files.map(([name, content]) => [name, plain(content)]));
}

const isZip = (bytes: Uint8Array) =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);

function plain(bytes: Uint8Array): string {
  const hash = () => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  if (bytes.length > longestText) return hash();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return hash();
  }
}
