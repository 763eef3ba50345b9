/**
 * How a configuration can come to one in which an operation that returns is done: the shortest ways first.
 *
 * Each shortcut is an exchange, see docs/algorithms.md: of open operations with the same effect the one that returns first is placed,
 * optional ones last; and what changes the value in vain, for nobody saw it, is not placed right before an overwrite.
 */

import { at, ints } from '../search/ints.ts';
import type { Problem } from '../search/problem.ts';
import {
  bitsIn,
  Configurations,
  isAsFree,
  trailWord,
  vainWord,
  valueWord,
} from './configurations.ts';
import type { Open } from './open.ts';
import type { Trail } from './trail.ts';
import { isWrite, none, type RegisterHistory } from './view.ts';

/**
 * What it costs that an open read or swap is not done, a write not covered, a write used up, an optional operation used, and
 * that nobody is there to bring a value that is needed. Found by trial; they decide only what is kept.
 */
const undoneCost = 1;
const uncoveredCost = 0.1;
const spentCost = 0.3;
const optionalCost = 2;
const deficitCost = 2.5;

/** What one run may try. */
export interface Limits {
  readonly limit: number;
  readonly costLimit: number;
  readonly usesOptional: boolean;
}

export class Expansion {
  /** Of the latest run. */
  steps = 0;
  readonly #p: Problem<unknown, unknown, unknown>;
  readonly #h: RegisterHistory;
  readonly #slot: Int32Array;
  readonly #open: Open;
  readonly #called: Int32Array;
  readonly #trail: Trail;
  readonly #queue: Configurations;
  readonly #found: Configurations;
  readonly #scratch: Configurations;
  #target = 0;
  /** The one that returns was covered, and is to be used. */
  #isLast = false;
  #time = 0;
  #limit = 0;
  #costLimit = 0;
  /** What it costs to use one of a class: less where there are many. */
  readonly #classCost: Float64Array;
  /** Values that open writes leave, and those writes. */
  readonly #choices: Int32Array;
  #choiceCount = 0;

  constructor(
    p: Problem<unknown, unknown, unknown>,
    h: RegisterHistory,
    slot: Int32Array,
    open: Open,
    called: Int32Array,
    trail: Trail,
  ) {
    this.#p = p;
    this.#h = h;
    this.#slot = slot;
    this.#open = open;
    this.#called = called;
    this.#trail = trail;
    this.#choices = ints(open.holder.length);
    this.#queue = new Configurations(open.words, called.length);
    this.#found = new Configurations(open.words, called.length);
    this.#scratch = new Configurations(open.words, called.length);
    this.#classCost = Float64Array.from(p.classEffect, (_, k) => {
      return optionalCost / Math.sqrt(at(p.classStart, k + 1) - at(p.classStart, k));
    });
  }

  /** Tries up to `limit` configurations; those in which operation j is done and that cost less than `costLimit`. The list is reused. */
  run(
    from: Configurations,
    index: number,
    j: number,
    time: number,
    { limit, costLimit, usesOptional }: Limits,
  ): Configurations {
    this.steps = 0;
    this.#costLimit = costLimit;
    this.#target = j;
    this.#time = time;
    this.#limit = limit;
    const queue = this.#queue;
    queue.size = 0;
    this.#found.size = 0;
    queue.add(from, index);
    queue.data[vainWord] = 0;
    const slot = at(this.#slot, j);
    const isCovered = (at(queue.data, queue.covered(0) + (slot >> 5)) >>> (slot & 31)) & 1;
    this.#isLast = isCovered === 1;
    for (let head = 0; head < queue.size && this.steps < limit; head += 1) {
      this.#swaps(head);
      const isVain = at(queue.data, head * queue.stride + vainWord) === 1;
      const coversMore = this.#hasUncovered(head);
      if (!isVain) this.#writes(head, coversMore);
      if (usesOptional) this.#optional(head, isVain, coversMore);
    }
    return this.#found;
  }

  /** Open swaps that find their value. */
  #swaps(head: number): void {
    const queue = this.#queue;
    const open = this.#open;
    const value = at(queue.data, head * queue.stride + valueWord);
    this.#choiceCount = 0;
    for (let w = 0; w < open.words; w += 1) {
      const undone = ~at(queue.data, queue.done(head) + w);
      this.#choose(at(open.swapsFrom, value * open.words + w) & undone, w, value);
    }
    this.#tryChoices(head);
  }

  #writes(head: number, coversMore: boolean): void {
    const queue = this.#queue;
    const open = this.#open;
    const value = at(queue.data, head * queue.stride + valueWord);
    this.#choiceCount = 0;
    for (let w = 0; w < open.words; w += 1) {
      const undone = ~at(queue.data, queue.done(head) + w);
      this.#choose(at(open.writes, w) & undone, w, coversMore ? none : value);
    }
    this.#tryChoices(head);
  }

  /** Whether there are open writes that an overwrite would cover. */
  #hasUncovered(head: number): boolean {
    const queue = this.#queue;
    for (let w = 0; w < this.#open.words; w += 1) {
      const served = at(queue.data, queue.done(head) + w) | at(queue.data, queue.covered(head) + w);
      if ((at(this.#open.writes, w) & ~served) !== 0) return true;
    }
    return false;
  }

  /** Notes, for each value but one, the operation among these that leaves it and returns first. */
  #choose(slots: number, word: number, but: number): void {
    for (let left = slots; left !== 0; left &= left - 1) {
      const j = at(this.#open.holder, 32 * word + (31 - Math.clz32(left & -left)));
      const to = at(this.#h.to, j);
      if (to === but) continue;
      let known = 0;
      while (known < this.#choiceCount && at(this.#h.to, at(this.#choices, known)) !== to)
        known += 1;
      if (known === this.#choiceCount) this.#choiceCount += 1;
      else if (j > at(this.#choices, known)) continue;
      this.#choices[known] = j;
    }
  }

  #tryChoices(head: number): void {
    // Those that bring what is needed come first.
    for (let c = 0; c < this.#choiceCount; c += 1) {
      const j = at(this.#choices, c);
      if (this.#brings(j)) this.#place(head, j, none);
    }
    for (let c = 0; c < this.#choiceCount; c += 1) {
      const j = at(this.#choices, c);
      if (!this.#brings(j)) this.#place(head, j, none);
    }
  }

  #brings(j: number): boolean {
    return j === this.#target || at(this.#h.to, j) === at(this.#h.from, this.#target);
  }

  #optional(head: number, isVain: boolean, coversMore: boolean): void {
    const { classEffect, classStart, register } = this.#p;
    if (register === undefined || classEffect.length === 0) return;
    const queue = this.#queue;
    const value = at(queue.data, head * queue.stride + valueWord);
    for (let k = 0; k < classEffect.length; k += 1) {
      const used = at(queue.data, queue.used(head) + k);
      if (used >= at(this.#called, k)) continue;
      const effect = at(classEffect, k);
      const from = at(register.from, effect);
      const to = at(register.to, effect);
      if (from === none ? isVain || (to === value && !coversMore) : from !== value) continue;
      if (this.#isOpen(head, from, to)) continue;
      this.#place(head, this.#h.required + at(classStart, k) + used, k);
    }
  }

  /** Whether a required operation with that effect is open and not done. */
  #isOpen(head: number, from: number, to: number): boolean {
    const { data } = this.#queue;
    const open = this.#open;
    const sets = from === none ? open.writesOf : open.swapsFrom;
    const start = (from === none ? to : from) * open.words;
    for (let w = 0; w < open.words; w += 1) {
      let slots = at(sets, start + w) & ~at(data, this.#queue.done(head) + w);
      for (; slots !== 0; slots &= slots - 1) {
        if (from === none) return true;
        const j = at(open.holder, 32 * w + (31 - Math.clz32(slots & -slots)));
        if (at(this.#h.to, j) === to) return true;
      }
    }
    return false;
  }

  /** Places operation i, of class k if it is optional; files what comes of it. */
  #place(head: number, i: number, k: number): void {
    if (this.steps >= this.#limit) return;
    const scratch = this.#scratch;
    const open = this.#open;
    scratch.size = 0;
    const c = scratch.add(this.#queue, head);
    const { data } = scratch;
    const to = at(this.#h.to, i);
    const overwrites = at(this.#h.kind, i) === isWrite;
    if (k !== none) {
      data[scratch.used(c) + k] = at(data, scratch.used(c) + k) + 1;
    } else {
      const cell = scratch.done(c) + (at(this.#slot, i) >> 5);
      data[cell] = at(data, cell) | (1 << (at(this.#slot, i) & 31));
    }
    data[valueWord] = to;
    let isSeen = false;
    for (let w = 0; w < open.words; w += 1) {
      const done = at(data, scratch.done(c) + w);
      const seen = at(open.readsOf, to * open.words + w) & ~done;
      isSeen ||= seen !== 0;
      data[scratch.done(c) + w] = done | seen;
      const own = overwrites ? at(open.writes, w) : at(open.writesOf, to * open.words + w);
      const covered = scratch.covered(c) + w;
      data[covered] = (at(data, covered) | own) & ~done;
    }
    // A swap that had to be placed is not in vain.
    const isInVain = (overwrites || k !== none) && !isSeen;
    data[vainWord] = isInVain ? 1 : 0;
    const isDone = this.#isTargetIn(scratch.done(c));
    // It could be left alone, or else be used after all.
    const isReached = isDone || (!this.#isLast && this.#isTargetIn(scratch.covered(c)));
    if (isInVain && !isReached && overwrites && !this.#hasSwap(to)) return;
    this.steps += 1;
    const leadsOn = !isDone && !this.#isKnown();
    if (!isReached && !leadsOn) return;
    data[trailWord] = this.#trail.add(at(data, trailWord), i, this.#time);
    if (isReached) {
      const slot = at(this.#slot, this.#target);
      const cost = this.cost(scratch, c, slot >> 5, 1 << (slot & 31), this.#costLimit);
      scratch.costs[c] = cost;
      if (cost < this.#costLimit) this.#found.add(scratch, c);
    }
    if (leadsOn) this.#queue.add(scratch, c);
  }

  /** Whether the operation that returns is among the done (or the covered) ones. */
  #isTargetIn(set: number): boolean {
    const slot = at(this.#slot, this.#target);
    return (at(this.#scratch.data, set + (slot >> 5)) & (1 << (slot & 31))) !== 0;
  }

  /** Whether anything can come of the value. */
  #hasSwap(value: number): boolean {
    const { data } = this.#scratch;
    const open = this.#open;
    for (let w = 0; w < open.words; w += 1) {
      const undone = ~at(data, this.#scratch.done(0) + w);
      if ((at(open.swapsFrom, value * open.words + w) & undone) !== 0) return true;
    }
    const { classEffect, register } = this.#p;
    for (let k = 0; k < classEffect.length; k += 1) {
      if (register !== undefined && at(register.from, at(classEffect, k)) === value) {
        if (at(data, this.#scratch.used(0) + k) < at(this.#called, k)) return true;
      }
    }
    return false;
  }

  #isKnown(): boolean {
    const queue = this.#queue;
    const value = at(this.#scratch.data, valueWord);
    const isVain = at(this.#scratch.data, vainWord);
    for (let i = 0; i < queue.size; i += 1) {
      const start = i * queue.stride;
      if (at(queue.data, start + valueWord) !== value) continue;
      if (at(queue.data, start + vainWord) > isVain) continue;
      if (isAsFree(this.#open, queue, i, this.#scratch, 0)) return true;
    }
    return false;
  }

  /**
   * What does not matter once an operation has returned, the one with that bit, costs nothing. Past the limit it is only known to be
   * no less.
   */
  cost(
    list: Configurations,
    index: number,
    returningWord: number,
    returning: number,
    limit: number,
  ): number {
    const { data } = list;
    const open = this.#open;
    let cost = 0;
    for (let w = 0; w < open.words; w += 1) {
      const counted = w === returningWord ? ~returning : -1;
      const done = at(data, list.done(index) + w);
      const covered = at(data, list.covered(index) + w);
      const writes = at(open.writes, w) & counted;
      cost +=
        undoneCost * bitsIn((at(open.reads, w) | at(open.swaps, w)) & ~done & counted) +
        spentCost * bitsIn(writes & done) +
        uncoveredCost * bitsIn(writes & ~done & ~covered);
    }
    const used = list.used(index);
    for (let k = 0; k < this.#called.length; k += 1) {
      cost += at(data, used + k) * (this.#classCost[k] as number);
    }
    return cost < limit ? cost + deficitCost * this.#deficit(list, index) : cost;
  }

  /** How many times more values are needed than there is somebody to bring them, by what is open now. */
  #deficit(list: Configurations, index: number): number {
    const { data } = list;
    const open = this.#open;
    const held = at(data, index * list.stride + valueWord);
    let missing = 0;
    for (let i = 0; i < open.wantedCount; i += 1) {
      const value = at(open.wanted, i);
      let needed = 0;
      let brought = value === held ? 1 : 0;
      let reads = 0;
      for (let w = 0; w < open.words; w += 1) {
        const undone = ~at(data, list.done(index) + w);
        const cell = value * open.words + w;
        needed += bitsIn(at(open.swapsFrom, cell) & undone);
        brought += bitsIn((at(open.writesOf, cell) | at(open.swapsTo, cell)) & undone);
        reads |= at(open.readsOf, cell) & undone;
      }
      if (needed === 0 && reads !== 0) needed = 1;
      if (needed > brought) missing += needed - brought;
    }
    return missing;
  }
}
