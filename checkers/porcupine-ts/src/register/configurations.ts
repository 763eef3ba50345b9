/**
 * What a register can have come to: its value, and which of the open operations have taken effect.
 *
 * An open operation is *done*, *covered* or pending. Covered are writes of which it does not matter any more whether they take effect,
 * because there was a moment since their call at which nobody would have noticed; they can still be used.
 */

import { at, grown, ints } from '../search/ints.ts';
import type { Open } from './open.ts';

/** Before the sets: */
export const valueWord = 0;
export const trailWord = 1;
/** 1 right after a step that was in vain if an overwrite comes next. */
export const vainWord = 2;
export const setsStart = 3;

export function bitsIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** A list of configurations, each `stride` words of `data`: the words above, what is done, what is covered, used optional ones by class. */
export class Configurations {
  readonly stride: number;
  readonly #words: number;
  data: Int32Array<ArrayBuffer>;
  /** The less, the more a configuration is likely to lead on. */
  costs = new Float64Array(16);
  size = 0;

  constructor(words: number, classes: number) {
    this.#words = words;
    this.stride = setsStart + 2 * words + classes;
    this.data = ints(16 * this.stride);
  }

  /** Where the sets of a configuration begin. */
  done(index: number): number {
    return index * this.stride + setsStart;
  }

  covered(index: number): number {
    return index * this.stride + setsStart + this.#words;
  }

  used(index: number): number {
    return index * this.stride + setsStart + 2 * this.#words;
  }

  /** Adds a copy of a configuration, perhaps of another list; its index. */
  add(from: Configurations, index: number): number {
    const to = this.size;
    this.size = to + 1;
    this.#reserve();
    this.#copy(from, index, to);
    return to;
  }

  /** The same configurations as another list. */
  become(other: Configurations): void {
    this.size = 0;
    for (let i = 0; i < other.size; i += 1) this.add(other, i);
  }

  replace(to: number, from: Configurations, index: number): void {
    this.#copy(from, index, to);
  }

  remove(index: number): void {
    this.size -= 1;
    if (index !== this.size) this.#copy(this, this.size, index);
  }

  /** The one that is least likely to lead on. */
  worst(): number {
    let worst = 0;
    for (let i = 1; i < this.size; i += 1) {
      if ((this.costs[i] as number) > (this.costs[worst] as number)) worst = i;
    }
    return worst;
  }

  #reserve(): void {
    this.data = grown(this.data, this.size * this.stride);
    if (this.costs.length >= this.size) return;
    const costs = new Float64Array(2 * this.size);
    costs.set(this.costs);
    this.costs = costs;
  }

  #copy(from: Configurations, index: number, to: number): void {
    const { data } = this;
    const target = to * this.stride;
    const source = index * this.stride;
    for (let i = 0; i < this.stride; i += 1) data[target + i] = at(from.data, source + i);
    this.costs[to] = from.costs[index] as number;
  }
}

/**
 * Whether whatever can follow configuration b can follow a: the same value, at least the same reads done, exactly the same swaps,
 * and every write the same or covered. Optional operations are not looked at.
 */
export function isAsFree(
  open: Open,
  a: Configurations,
  i: number,
  b: Configurations,
  k: number,
): boolean {
  if (a.data[i * a.stride + valueWord] !== b.data[k * b.stride + valueWord]) return false;
  for (let w = 0; w < open.words; w += 1) {
    const doneA = at(a.data, a.done(i) + w);
    const doneB = at(b.data, b.done(k) + w);
    const coveredA = at(a.data, a.covered(i) + w);
    const coveredB = at(b.data, b.covered(k) + w);
    const differ = doneA ^ doneB;
    if ((doneB & ~doneA & at(open.reads, w)) !== 0) return false;
    if ((differ & at(open.swaps, w)) !== 0) return false;
    if ((((differ & at(open.writes, w)) | coveredB) & ~coveredA) !== 0) return false;
  }
  return true;
}
