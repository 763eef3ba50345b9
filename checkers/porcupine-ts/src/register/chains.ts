/**
 * One register whose observed values have one source each: decided in O(n log n).
 *
 * A cas links the value it replaced to the one it left, so that values form chains, each beginning with a write or with the
 * initial value, and each held in one stretch of time. A chain is possible by itself if its links can be put in order. The
 * history is linearizable iff all chains are and their zones go together: forward zones are disjoint and no backward zone
 * lies inside a forward one. Optional operations whose values nobody needs do no good and are left out; those whose values
 * are needed are required, without a return.
 */

import { at, ints } from '../search/ints.ts';
import { sortByTime } from '../search/positions.ts';
import { type Prefix, type Sources, several } from './sources.ts';
import { isCas, isRead, none, operationsPerLook } from './view.ts';
import { disjoint, type Zone, zoneAt } from './zones.ts';

/** `order` holds operations of the register history. */
export type ChainVerdict =
  | { readonly kind: 'ok'; readonly order: readonly number[] }
  /** `isRough`: by a sound rejection of what is outside of the class, and not by an exact method. */
  | { readonly kind: 'illegal'; readonly isRough?: true }
  | { readonly kind: 'unsuited' };

const illegal: ChainVerdict = { kind: 'illegal' };

class Chains {
  readonly #p: Prefix;
  readonly #sources: Sources;
  readonly #initial: number;
  /** Per operation that left a value: the cas that replaced it. */
  readonly #next: Int32Array;
  readonly #roots: number[] = [];
  readonly #forward: Zone[] = [];
  readonly #backward: Zone[] = [];

  constructor(p: Prefix, found: Sources) {
    this.#p = p;
    this.#sources = found;
    this.#initial = p.h.count;
    this.#next = ints(p.h.count + 1).fill(none);
  }

  decide(): ChainVerdict {
    const links = this.#link();
    if (links === undefined) return illegal;
    let linked = 0;
    for (let i = 0; i < this.#roots.length; i += 1) {
      if (i % operationsPerLook === 0) this.#p.h.look();
      const length = this.#measure(this.#roots[i] as number);
      if (length === undefined) return illegal;
      linked += length;
    }
    // What no root leads to goes round in a circle.
    if (linked < links) return illegal;
    const zones = disjoint(this.#forward, this.#p.h.look);
    if (zones === undefined) return illegal;
    for (const [i, { f, s }] of this.#backward.entries()) {
      if (i % operationsPerLook === 0) this.#p.h.look();
      if (f < (zoneAt(zones, s)?.s ?? -1)) return illegal;
    }
    return { kind: 'ok', order: this.#order(zones) };
  }

  /** Finds roots and links; their number, or `undefined` when two replaced the same value. */
  #link(): number | undefined {
    const { h, required, end } = this.#p;
    const { source, needed } = this.#sources;
    let links = 0;
    for (let i = 0; i <= h.count; i += 1) {
      if (i % operationsPerLook === 0) h.look();
      if (at(h.call, i) > end || at(h.kind, i) === isRead) continue;
      const isThere = i < required || i === this.#initial || at(needed, at(h.to, i)) === 1;
      if (!isThere) continue;
      if (at(h.kind, i) !== isCas) {
        this.#roots.push(i);
        continue;
      }
      const replaced = at(source, at(h.from, i));
      if (at(this.#next, replaced) !== none) return undefined;
      this.#next[replaced] = i;
      links += 1;
    }
    return links;
  }

  /** Follows a chain and files its zone; the number of its links, or `undefined` if it has no order. */
  #measure(root: number): number | undefined {
    const { h, required } = this.#p;
    let f = Infinity;
    let s = -1;
    let latest = -1;
    let previousCall = -1;
    let length = 0;
    for (let i = root; i !== none; i = at(this.#next, i)) {
      const value = at(h.to, i);
      // A value that nobody needs may have several sources, and no readers.
      const isObserved = at(this.#sources.source, value) === i;
      const returned = i < required || i === this.#initial ? at(h.return, i) : Infinity;
      const firstRead = isObserved ? at(this.#sources.firstReturn, value) : Infinity;
      const lastRead = isObserved ? at(this.#sources.lastCall, value) : -1;
      latest = Math.max(latest, at(h.call, i), previousCall);
      if (i !== this.#initial && latest >= Math.min(returned, firstRead)) return undefined;
      f = Math.min(f, returned, firstRead);
      s = Math.max(s, at(h.call, i), lastRead);
      previousCall = lastRead;
      if (i !== root) length += 1;
    }
    if (root !== this.#initial || s >= 0) {
      (f < s ? this.#forward : this.#backward).push({ f, s, owner: root });
    }
    return length;
  }

  /** Chains one after the other, each at its zone, a backward one as early as it may. */
  #order(zones: readonly Zone[]): readonly number[] {
    const { head, next } = this.#readers();
    const { look } = this.#p.h;
    const placed = this.#placed(zones);
    const order: number[] = [];
    for (let n = 0; n < placed.length; n += 1) {
      if (n % operationsPerLook === 0) look();
      for (let i = at(placed, n); i !== none; i = at(this.#next, i)) {
        if (i !== this.#initial) order.push(i);
        for (let j = at(head, i); j !== none; j = at(next, j)) order.push(j);
      }
    }
    return order;
  }

  /** The first operations of all chains, in the order of the chains. */
  #placed(zones: readonly Zone[]): Int32Array {
    const { look } = this.#p.h;
    const count = this.#forward.length + this.#backward.length;
    const time = new Float64Array(this.#initial + 1);
    const owners = ints(count);
    let n = 0;
    for (const { f, owner } of this.#forward) {
      owners[n] = owner;
      time[owner] = f;
      n += 1;
    }
    for (const { s, owner } of this.#backward) {
      if (n % operationsPerLook === 0) look();
      const inside = zoneAt(zones, s);
      owners[n] = owner;
      time[owner] = inside === undefined ? s : inside.s + 0.5;
      n += 1;
    }
    sortByTime(owners, time, look);
    return owners;
  }

  /** The readers of what each operation left, in the order of their calls: lists that begin at `head`. */
  #readers(): { readonly head: Int32Array; readonly next: Int32Array } {
    const { h, required } = this.#p;
    const head = ints(h.count + 1).fill(none);
    const tail = ints(h.count + 1);
    const next = ints(h.count + 1).fill(none);
    for (let n = 0; n < h.byCall.length; n += 1) {
      if (n % operationsPerLook === 0) h.look();
      const j = at(h.byCall, n);
      if (j >= required || at(h.kind, j) !== isRead) continue;
      const source = at(this.#sources.source, at(h.from, j));
      if (at(head, source) === none) head[source] = j;
      else next[at(tail, source)] = j;
      tail[source] = j;
    }
    return { head, next };
  }
}

/** Exact where every needed value has one source, else unsuited. */
export function decideChains(p: Prefix, found: Sources): ChainVerdict {
  for (let value = 0; value < p.h.values; value += 1) {
    if (at(found.needed, value) === 1 && at(found.source, value) === several) {
      return { kind: 'unsuited' };
    }
  }
  return new Chains(p, found).decide();
}
