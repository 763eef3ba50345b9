/**
 * A register of which values are written again and again: a walk through the events that keeps a few configurations.
 *
 * Nothing is placed before it must be: only when an operation returns that is not done, those are placed that make it possible. What
 * reads the value that is there is done at once. It says ok, with an order as the proof, or nothing. Where no configuration is left it
 * goes back some way and keeps more.
 */

import type { Operation } from '../operation.ts';
import { at, ints } from '../search/ints.ts';
import type { Problem } from '../search/problem.ts';
import { slots } from '../search/slots.ts';
import { Configurations, isAsFree, trailWord, valueWord } from './configurations.ts';
import { Expansion } from './expansion.ts';
import { Open } from './open.ts';
import { Trail } from './trail.ts';
import {
  isRead,
  isWrite,
  none,
  operationsPerLook,
  type RegisterHistory,
  registerHistory,
} from './view.ts';

/** Configurations kept at first, so many that it counts as hard, and at most. */
const firstWidth = 3;
const hardWidth = 512;
const lastWidth = 4096;
const growth = 3;
/** Words that a list of configurations may take, if that is enough for `hardWidth` of them. */
const mostWords = 2 ** 19;
/** Configurations tried from each, by how many are kept; fewer where nothing has to be done. */
const triesPerKept = 1;
const leastTries = 12;
const mostTries = 256;
/** Orders told where none goes on. */
const mostOrders = 8;
const shareIfCovered = 0.1;
/** After so many steps it is hard, and after so many times more it is given up. */
const stepsPerOperation = 100;
const leastSteps = 20_000;
const timesMore = 4;
/** Events between the places that it can go back to. */
const eventsPerMark = 24;
/** As far as it ever goes back: each time it keeps more it goes twice as far. */
const marksKept = 32;

const isCall = 0;
const isReturn = 1;
const isOptional = 2;

/** A place that it can go back to; used again when it is far behind, since a long history has very many. */
class Mark {
  event = 0;
  trailLength = 0;
  readonly open: Int32Array;
  readonly called: Int32Array;
  readonly configurations: Configurations;

  constructor(slots: number, words: number, classes: number) {
    this.open = ints(slots);
    this.called = ints(classes);
    this.configurations = new Configurations(words, classes);
  }
}

/** By position in time: 4 * operation (or class) + what happens; `none` where nothing does. */
function eventsOf(p: Problem<unknown, unknown, unknown>): Int32Array {
  let last = p.return.length === 0 ? -1 : at(p.return, p.return.length - 1);
  for (const call of p.optionalCall) last = Math.max(last, call);
  const all = ints(last + 1).fill(none);
  p.look();
  for (let j = 0; j < p.call.length; j += 1) {
    if (j % operationsPerLook === 0) p.look();
    all[at(p.call, j)] = 4 * j + isCall;
    all[at(p.return, j)] = 4 * j + isReturn;
  }
  for (let k = 0; k < p.classEffect.length; k += 1) {
    for (let i = at(p.classStart, k); i < at(p.classStart, k + 1); i += 1) {
      all[at(p.optionalCall, i)] = 4 * k + isOptional;
    }
  }
  return all;
}

export class Walk {
  steps = 0;
  readonly #tick: () => void;
  readonly #h: RegisterHistory;
  readonly #events: Int32Array;
  readonly #slot: Int32Array;
  readonly #open: Open;
  readonly #trail = new Trail();
  readonly #expansion: Expansion;
  /** Per class: optional operations called so far. */
  readonly #called: Int32Array;
  #now: Configurations;
  #next: Configurations;
  /** Among the next ones, when they are enough: the one to replace. */
  #worst = 0;
  #event = 0;
  #width = firstWidth;
  readonly #lastWidth: number;
  /** It had to keep very many. */
  isHard = false;
  readonly #marks: Mark[] = [];
  readonly #spareMarks: Mark[] = [];
  #stuckAt = -1;
  #stuck = 0;

  constructor(p: Problem<unknown, unknown, unknown>, h: RegisterHistory) {
    this.#tick = p.tick;
    this.#h = h;
    this.#events = eventsOf(p);
    const { slot, count } = slots(p);
    this.#slot = slot;
    this.#open = new Open(h, slot, count);
    const classes = p.classEffect.length;
    this.#called = ints(classes);
    this.#now = new Configurations(this.#open.words, classes);
    const most = Math.floor(mostWords / this.#now.stride);
    this.#lastWidth = Math.max(hardWidth, Math.min(lastWidth, most));
    this.#next = new Configurations(this.#open.words, classes);
    this.#expansion = new Expansion(p, h, slot, this.#open, this.#called, this.#trail);
    this.#now.add(this.#now, 0);
    this.#now.data[valueWord] = at(h.to, h.count);
    this.#now.data[trailWord] = none;
  }

  /** Goes on for about that many steps. `failed`: it will not find anything. */
  run(steps: number): 'ok' | 'failed' | 'paused' {
    const until = this.steps + steps;
    while (this.#event < this.#events.length) {
      if (this.steps >= until) return 'paused';
      if (this.#event % eventsPerMark === 0) this.#mark();
      this.steps += 1;
      const event = at(this.#events, this.#event);
      const what = event & 3;
      if (what === isOptional) this.#called[event >> 2] = at(this.#called, event >> 2) + 1;
      else if (what === isCall) this.#call(event >> 2);
      else if (what === isReturn && !this.#return(event >> 2) && !this.#goBack()) return 'failed';
      this.#event += 1;
    }
    return 'ok';
  }

  /** After `ok`: the operations in the order in which they take effect; `undefined` if that cannot be. */
  order(): Int32Array | undefined {
    return this.#trail.order(at(this.#now.data, trailWord), this.#h, this.#h.required);
  }

  /** After `failed`: the operation that could not be placed when it returned, and orders of all that returned before. */
  stopped(): { readonly blocked: number; readonly orders: readonly Int32Array[] } {
    const blocked = at(this.#events, this.#event) >> 2;
    const orders: Int32Array[] = [];
    for (let i = 0; i < this.#now.size && orders.length < mostOrders; i += 1) {
      const last = at(this.#now.data, i * this.#now.stride + trailWord);
      const order = this.#trail.order(last, this.#h, blocked);
      if (order !== undefined) orders.push(order);
    }
    return { blocked, orders };
  }

  #call(j: number): void {
    const { kind, from, to } = this.#h;
    this.#open.toggle(j);
    if (at(kind, j) !== isRead && at(kind, j) !== isWrite) return;
    const value = at(kind, j) === isRead ? at(from, j) : at(to, j);
    const now = this.#now;
    const word = at(this.#slot, j) >> 5;
    const bit = 1 << (at(this.#slot, j) & 31);
    for (let i = 0; i < now.size; i += 1) {
      if (at(now.data, i * now.stride + valueWord) !== value) continue;
      const cell = (at(kind, j) === isRead ? now.done(i) : now.covered(i)) + word;
      now.data[cell] = at(now.data, cell) | bit;
    }
  }

  /** False if no configuration is left. */
  #return(j: number): boolean {
    const now = this.#now;
    const word = at(this.#slot, j) >> 5;
    const bit = 1 << (at(this.#slot, j) & 31);
    const next = this.#next;
    next.size = 0;
    let isAllDone = true;
    for (let i = 0; i < now.size && isAllDone; i += 1) {
      // What is covered can be left alone, or used for the last time.
      isAllDone = (at(now.data, now.done(i) + word) & bit) !== 0;
    }
    if (isAllDone) {
      this.#clear(now, word, ~bit);
      this.#open.toggle(j);
      return true;
    }
    for (let i = 0; i < now.size; i += 1) {
      const served = at(now.data, now.done(i) + word) | at(now.data, now.covered(i) + word);
      if ((served & bit) === 0) continue;
      now.costs[i] = this.#expansion.cost(now, i, word, bit, Infinity);
      this.#keep(now, i);
    }
    const usesOptional = this.#width > firstWidth;
    this.#expand(j, word, bit, usesOptional);
    if (next.size === 0 && !usesOptional) this.#expand(j, word, bit, true);
    if (next.size === 0) return false;
    this.#open.toggle(j);
    this.#clear(next, word, ~bit);
    this.#now = next;
    this.#next = now;
    return true;
  }

  #expand(j: number, word: number, bit: number, usesOptional: boolean): void {
    const now = this.#now;
    const full = Math.min(triesPerKept * this.#width + leastTries, mostTries);
    for (let i = 0; i < now.size; i += 1) {
      if ((at(now.data, now.done(i) + word) & bit) !== 0) continue;
      const isLast = (at(now.data, now.covered(i) + word) & bit) !== 0;
      this.#tick();
      const found = this.#expansion.run(now, i, j, this.#event, {
        limit: isLast ? Math.ceil(full * shareIfCovered) : full,
        costLimit: this.#costLimit(),
        usesOptional,
      });
      this.steps += this.#expansion.steps;
      for (let k = 0; k < found.size; k += 1) this.#keep(found, k);
    }
  }

  #clear(list: Configurations, word: number, mask: number): void {
    const { data } = list;
    for (let i = 0; i < list.size; i += 1) {
      data[list.done(i) + word] = at(data, list.done(i) + word) & mask;
      data[list.covered(i) + word] = at(data, list.covered(i) + word) & mask;
    }
  }

  /** What costs as much is not kept. */
  #costLimit(): number {
    return this.#next.size < this.#width ? Infinity : (this.#next.costs[this.#worst] as number);
  }

  /** Adds it to the next ones, unless it is no better than one of them or than all of enough. */
  #keep(from: Configurations, index: number): void {
    const next = this.#next;
    const cost = from.costs[index] as number;
    if (cost >= this.#costLimit()) return;
    const value = at(from.data, index * from.stride + valueWord);
    for (let i = 0; i < next.size; i += 1) {
      if (at(next.data, i * next.stride + valueWord) !== value) continue;
      const other = next.costs[i] as number;
      if (other <= cost && isAsFree(this.#open, next, i, from, index)) return;
      if (cost <= other && isAsFree(this.#open, from, index, next, i)) {
        next.remove(i);
        i -= 1;
      }
    }
    if (next.size < this.#width) next.add(from, index);
    else next.replace(this.#worst, from, index);
    if (next.size === this.#width) this.#worst = next.worst();
  }

  #mark(): void {
    if (this.#marks.length === 2 * marksKept) {
      this.#spareMarks.push(...this.#marks.splice(0, marksKept));
    }
    const open = this.#open;
    const mark =
      this.#spareMarks.pop() ?? new Mark(open.holder.length, open.words, this.#called.length);
    mark.event = this.#event;
    mark.trailLength = this.#trail.length;
    mark.open.set(open.holder);
    mark.called.set(this.#called);
    mark.configurations.become(this.#now);
    this.#marks.push(mark);
    if (this.#event > this.#stuckAt + eventsPerMark && this.#stuck > 0) {
      this.#stuck = 0;
      this.#width = firstWidth;
    }
  }

  /** False when it went back far enough, often enough. */
  #goBack(): boolean {
    this.#width *= growth;
    if (this.#width > this.#lastWidth) return false;
    if (this.#width > hardWidth) this.isHard = true;
    this.#stuck += 1;
    this.#stuckAt = Math.max(this.#stuckAt, this.#event);
    const to = Math.max(0, this.#marks.length - 2 ** this.#stuck);
    const mark = this.#marks[to] as Mark;
    this.#event = mark.event - 1;
    this.#trail.cut(mark.trailLength);
    this.#open.restore(mark.open);
    this.#called.set(mark.called);
    this.#now.become(mark.configurations);
    this.#spareMarks.push(...this.#marks.splice(to));
    return true;
  }
}

/** A walk over one partition whose answer can be believed. */
export class Walker<State, Input, Output> {
  readonly #p: Problem<State, Input, Output>;
  readonly #h: RegisterHistory;
  readonly #walk: Walk;
  readonly #easySteps: number;

  constructor(p: Problem<State, Input, Output>, h: RegisterHistory) {
    this.#p = p;
    this.#h = h;
    this.#walk = new Walk(p, h);
    this.#easySteps = stepsPerOperation * p.required.length + leastSteps;
  }

  /** It may find something, and it may be that something else does sooner. */
  get isHard(): boolean {
    return this.#walk.isHard || this.steps > this.#easySteps;
  }

  get steps(): number {
    return this.#walk.steps;
  }

  /** Goes on for about that many steps: an order, `paused`, or `failed`, which means nothing. */
  run(steps: number): readonly Operation<Input, Output>[] | 'failed' | 'paused' {
    const end = this.#walk.run(steps);
    if (end === 'paused') return this.steps < timesMore * this.#easySteps ? 'paused' : 'failed';
    const order = end === 'ok' ? this.#walk.order() : undefined;
    if (order === undefined) return 'failed';
    const { optional, required } = this.#p;
    const count = required.length;
    const isPlaced = ints(count + optional.length);
    this.#p.look();
    for (const i of order) {
      if (isPlaced[i] === 1) return 'failed';
      isPlaced[i] = 1;
    }
    // The order is the proof. It is cheap to check, and so it is.
    const missing = isPlaced.indexOf(0);
    const isWhole = missing === -1 || missing >= count;
    if (!isWhole || !this.#isAccepted(order)) return 'failed';
    this.#p.look();
    return this.#operations(order);
  }

  /** Several orders of all that returned before an operation which none of them can hold; none if it got stuck elsewhere. */
  before(
    blocked: Operation<Input, Output>,
    steps: number,
  ): readonly (readonly Operation<Input, Output>[])[] {
    if (this.#walk.run(steps) !== 'failed') return [];
    const stopped = this.#walk.stopped();
    if (this.#p.operations[at(this.#p.required, stopped.blocked)] !== blocked) return [];
    return stopped.orders
      .filter((order) => this.#isAccepted(order))
      .map((order) => this.#operations(order));
  }

  #operations(order: Int32Array): readonly Operation<Input, Output>[] {
    const { operations, optional, required } = this.#p;
    const { length } = required;
    const ordered: Operation<Input, Output>[] = [];
    for (const i of order) {
      const index = i < length ? at(required, i) : at(optional, i - length);
      ordered.push(operations[index] as Operation<Input, Output>);
    }
    return ordered;
  }

  /** Whether a register allows the order, and real time. */
  #isAccepted(order: Int32Array): boolean {
    const { from, to, call, return: returned, count } = this.#h;
    let held = at(to, count);
    let lastCall = -1;
    for (let n = 0; n < order.length; n += 1) {
      if (n % operationsPerLook === 0) this.#p.look();
      const i = at(order, n);
      if (at(returned, i) < lastCall) return false;
      lastCall = Math.max(lastCall, at(call, i));
      if (at(from, i) !== none && at(from, i) !== held) return false;
      if (at(to, i) !== none) held = at(to, i);
    }
    return true;
  }
}

/** `undefined` if the partition is not a register. */
export function walker<State, Input, Output>(
  p: Problem<State, Input, Output>,
): Walker<State, Input, Output> | undefined {
  const h = registerHistory(p);
  return h === undefined ? undefined : new Walker(p, h);
}
