/** Hashes for traces: equal JSON gives equal numbers on every node. Not for security. */

/** FNV-1a, 32 bits, continued from `seed`: hashing piece after piece gives the hash of the sequence. */
export function hashText(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** The hash of a JSON value, as it is written; undefined (a no-op) hashes as the empty text. */
export const hashJson = (value: unknown, seed?: number): number =>
  hashText(JSON.stringify(value) ?? '', seed);
