/** Flat integer arrays: the only data structure the search walks. */

/** The element at an index that is known to exist. */
export const at = (array: Int32Array, index: number): number => array[index] as number;

/**
 * Small arrays are cut from larger ones: a memory area of its own costs more than most arrays of a short history are worth.
 * An area lives as long as any of its arrays.
 */
const areaLength = 16_384;
const ownAreaLength = 1024;
const nothing = new Int32Array(0);
let area = nothing;
let used = 0;

/** A new array of zeros. */
export function ints(length: number): Int32Array<ArrayBuffer> {
  if (length === 0) return nothing;
  if (length > ownAreaLength) return new Int32Array(length);
  if (used + length > area.length) {
    area = new Int32Array(areaLength);
    used = 0;
  }
  const array = area.subarray(used, used + length);
  used += length;
  return array;
}

/** A new array of these. */
export function copied(values: readonly number[]): Int32Array<ArrayBuffer> {
  const array = ints(values.length);
  for (let i = 0; i < values.length; i += 1) array[i] = values[i] as number;
  return array;
}

/** The same elements with room for at least `length`; amortised doubling. */
export function grown(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  if (array.length >= length) return array;
  const larger = ints(Math.max(length, array.length * 2));
  larger.set(array);
  return larger;
}

/** Spreads the bits of `value` into `hash`; 32 bits (the mixing step of MurmurHash3, public domain). */
export function mix(hash: number, value: number): number {
  let k = Math.imul(value, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const h = hash ^ k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

/** Every bit of the result depends on every bit of the hash. */
export function finish(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
