/**
 * Configurations that need not be tried again.
 *
 * A configuration is a key (all words equal) and a set of optional operations already used (bits). Having used fewer can
 * only help, so a configuration is not worth trying when one with the same key and a subset of its bits has been.
 */

import { at, finish, grown, ints, mix } from './ints.ts';

/** Before the key words of an entry: next entry of the same bucket, hash. */
const headerWords = 2;
const mostFirstBuckets = 128;
const fewestBuckets = 16;
/** Entries between two looks at the clock, where all of them are gone through. */
const entriesPerTick = 65_536;

export class Seen {
  readonly #tick: () => void;
  readonly #keyWords: number;
  readonly #bitWords: number;
  readonly #entryWords: number;
  readonly #firstBuckets: number;
  #buckets: Int32Array<ArrayBuffer>;
  #entries: Int32Array<ArrayBuffer>;
  #count = 0;

  /**
   * With room for about so many entries at first. `tick` is called now and then in what takes long; when it throws this is good for
   * nothing.
   */
  constructor(keyWords: number, bitWords: number, expected: number, tick: () => void) {
    this.#tick = tick;
    this.#keyWords = keyWords;
    this.#bitWords = bitWords;
    this.#entryWords = headerWords + keyWords + bitWords;
    const room = Math.min(mostFirstBuckets, Math.max(fewestBuckets, expected));
    this.#firstBuckets = 2 ** Math.ceil(Math.log2(room));
    this.#buckets = ints(this.#firstBuckets);
    this.#entries = ints(this.#entryWords * this.#firstBuckets);
  }

  get bytes(): number {
    return 4 * (this.#entries.length + this.#buckets.length);
  }

  /** True if it need not be tried; otherwise it counts as tried from now on. */
  covers(key: Int32Array, bits: Int32Array): boolean {
    const hash = this.#hash(key);
    const bucket = hash & (this.#buckets.length - 1);
    // Entries are numbered from 1 so that 0 ends a chain.
    let entry = at(this.#buckets, bucket);
    while (entry !== 0) {
      const start = (entry - 1) * this.#entryWords;
      if (at(this.#entries, start + 1) === hash && this.#sameKey(start, key)) {
        if (this.#subset(start, bits)) return true;
        if (this.#superset(start, bits)) {
          // The new one makes the old one superfluous: take its place.
          this.#entries.set(bits.subarray(0, this.#bitWords), start + headerWords + this.#keyWords);
          return false;
        }
      }
      entry = at(this.#entries, start);
    }
    this.#add(hash, key, bits);
    return false;
  }

  /**
   * Forgets about half. Word `word` of a key counts how far the configuration is: those marked 1 in `kept`, and those that are as far as
   * `from`, stay if that is enough. Otherwise every second one goes: those on the way to what stays stay as likely as not.
   */
  forget(word: number, kept: Int32Array, from: number): void {
    const keyAt = headerWords + word;
    let stay = 0;
    const stays = (i: number): boolean => {
      const progress = at(this.#entries, i * this.#entryWords + keyAt);
      return progress >= from || at(kept, progress) === 1;
    };
    for (let i = 0; i < this.#count; i += 1) if (stays(i)) stay += 1;
    this.#keep(2 * stay <= this.#count ? stays : (i) => i % 2 === 1);
  }

  #keep(stays: (entry: number) => boolean): void {
    const words = this.#entryWords;
    let count = 0;
    for (let i = 0; i < this.#count; i += 1) {
      if (i % entriesPerTick === 0) this.#tick();
      if (!stays(i)) continue;
      this.#entries.copyWithin(count * words, i * words, (i + 1) * words);
      count += 1;
    }
    this.#count = count;
    this.#entries = this.#entries.slice(0, words * Math.max(this.#firstBuckets, count));
    this.#rebuild(this.#buckets.length);
  }

  /** One word of every key. */
  column(word: number): Int32Array {
    const values = ints(this.#count);
    for (let i = 0; i < this.#count; i += 1) {
      values[i] = at(this.#entries, i * this.#entryWords + headerWords + word);
    }
    return values;
  }

  /** Replaces that word in every key; keys that differed must still differ. */
  replaceColumn(word: number, values: Int32Array): void {
    for (let i = 0; i < this.#count; i += 1) {
      const start = i * this.#entryWords;
      this.#entries[start + headerWords + word] = at(values, i);
      const keyAt = start + headerWords;
      this.#entries[start + 1] = this.#hash(this.#entries.subarray(keyAt, keyAt + this.#keyWords));
    }
    this.#rebuild(this.#buckets.length);
  }

  #hash(key: Int32Array): number {
    let hash = 0;
    for (let i = 0; i < this.#keyWords; i += 1) hash = mix(hash, at(key, i));
    return finish(hash);
  }

  #sameKey(start: number, key: Int32Array): boolean {
    const from = start + headerWords;
    for (let i = 0; i < this.#keyWords; i += 1) {
      if (at(this.#entries, from + i) !== at(key, i)) return false;
    }
    return true;
  }

  #subset(start: number, bits: Int32Array): boolean {
    const from = start + headerWords + this.#keyWords;
    for (let i = 0; i < this.#bitWords; i += 1) {
      if ((at(this.#entries, from + i) & ~at(bits, i)) !== 0) return false;
    }
    return true;
  }

  #superset(start: number, bits: Int32Array): boolean {
    const from = start + headerWords + this.#keyWords;
    for (let i = 0; i < this.#bitWords; i += 1) {
      if ((at(bits, i) & ~at(this.#entries, from + i)) !== 0) return false;
    }
    return true;
  }

  #add(hash: number, key: Int32Array, bits: Int32Array): void {
    const start = this.#count * this.#entryWords;
    this.#entries = grown(this.#entries, start + this.#entryWords);
    this.#count += 1;
    const bucket = hash & (this.#buckets.length - 1);
    this.#entries[start] = at(this.#buckets, bucket);
    this.#entries[start + 1] = hash;
    const keyAt = start + headerWords;
    for (let i = 0; i < this.#keyWords; i += 1) this.#entries[keyAt + i] = at(key, i);
    const bitsAt = keyAt + this.#keyWords;
    for (let i = 0; i < this.#bitWords; i += 1) this.#entries[bitsAt + i] = at(bits, i);
    this.#buckets[bucket] = this.#count;
    if (this.#count > this.#buckets.length) {
      this.#tick();
      this.#rebuild(this.#buckets.length * 4);
    }
  }

  #rebuild(buckets: number): void {
    this.#buckets = ints(buckets);
    for (let i = 0; i < this.#count; i += 1) {
      if (i % entriesPerTick === 0) this.#tick();
      const start = i * this.#entryWords;
      const bucket = at(this.#entries, start + 1) & (this.#buckets.length - 1);
      this.#entries[start] = at(this.#buckets, bucket);
      this.#buckets[bucket] = i + 1;
    }
  }
}
