/** Hashes for traces: equal JSON gives equal numbers on every node. Not for security. */

/** FNV-1a, 32 bits, continued from `seed`: hashing piece after piece gives the hash of the sequence. */
export function hashText(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Continues a hash with a 32-bit number. */
export function hashNumber(value: number, seed: number): number {
  let hash = Math.imul(seed ^ value, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Of a log up to an entry: equal chains mean equal entries all the way. 0 is the chain of the empty log. */
export const chainOf = (before: number, term: number, commandHash: number): number =>
  hashNumber(commandHash, hashNumber(term, before ^ 0x9e3779b9));

/** The hash of a JSON value, as it is written; undefined (a no-op) hashes as the empty text. */
export const hashJson = (value: unknown, seed?: number): number =>
  hashText(JSON.stringify(value) ?? '', seed);
