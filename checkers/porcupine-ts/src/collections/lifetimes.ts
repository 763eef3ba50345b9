/**
 * The values of a queue or a stack, each put once and taken at most once, as two intervals.
 *
 *     put    |------|f                                   f: where it has been put for certain
 *     take               s|-------|                      s: where it can be taken at the earliest
 *
 * If f < s the object must hold the value all the time from f to s: its zone. A value that is never taken counts as taken
 * at the end of time, together with all others of that kind.
 */

import { at } from '../search/ints.ts';
import { never } from '../search/problem.ts';
import { sortByTimes, type Timeline } from './timeline.ts';

/** When what is never taken is taken; before `never`, and after everything else. */
export const end = never - 1;

/** No operation: a value that is there at first, or that nobody takes. */
export const none = -1;

/** What an effect does, values numbered. */
export interface Doing {
  readonly kind: 'put' | 'take' | 'found-empty' | 'take-unknown' | 'nothing';
  /** Of put and take. */
  readonly value: number;
}

/** The history up to a return: what returned by then is required, what was called by then is optional. */
export interface Section {
  readonly t: Timeline;
  readonly doings: readonly Doing[];
  /** Values 0 .. initial - 1 are there at first, in this order. */
  readonly initial: number;
  readonly values: number;
  /** Operations 0 .. required - 1 of the timeline are still required. */
  readonly required: number;
  /** Operations called later are not there. */
  readonly until: number;
}

export interface Lifetimes {
  /** How many values there are; what nobody needs is left out. */
  readonly count: number;
  readonly put: Int32Array;
  readonly take: Int32Array;
  readonly putCall: Int32Array;
  readonly putReturn: Int32Array;
  readonly takeCall: Int32Array;
  readonly takeReturn: Int32Array;
  /** Required operations that found nothing. */
  readonly empties: readonly number[];
  /** Optional operations that take something unknown, in the order of their calls. */
  readonly unknown: readonly number[];
}

export type Filed =
  | { readonly kind: 'filed'; readonly lifetimes: Lifetimes }
  /** Impossible together. */
  | { readonly kind: 'conflict'; readonly conflict: readonly number[] }
  | { readonly kind: 'unsuited' };

class Filing {
  readonly #s: Section;
  readonly #put: Int32Array;
  readonly #take: Int32Array;
  readonly #empties: number[] = [];
  readonly #unknown: number[] = [];
  /** Two that took the same value. */
  #twice: readonly [number, number] | undefined;
  #isUnsuited = false;

  constructor(s: Section) {
    this.#s = s;
    this.#put = new Int32Array(s.values).fill(none);
    this.#take = new Int32Array(s.values).fill(none);
  }

  file(): Filed {
    const { t, doings, until } = this.#s;
    for (let i = 0; i < t.count; i += 1) {
      t.tick();
      if (at(t.call, i) <= until) this.#add(i, doings[at(t.effect, i)] as Doing);
    }
    if (this.#isUnsuited) return { kind: 'unsuited' };
    if (this.#twice !== undefined) {
      const put = at(this.#put, (doings[at(t.effect, this.#twice[0])] as Doing).value);
      return { kind: 'conflict', conflict: [put, ...this.#twice].filter((i) => i !== none) };
    }
    return this.#lifetimes();
  }

  #add(i: number, doing: Doing): void {
    const { required, initial } = this.#s;
    const isRequired = i < required;
    switch (doing.kind) {
      case 'nothing':
        return;
      case 'found-empty':
        if (isRequired) this.#empties.push(i);
        return;
      case 'take-unknown':
        if (isRequired) this.#isUnsuited = true;
        this.#unknown.push(i);
        return;
      case 'put':
        if (at(this.#put, doing.value) !== none || doing.value < initial) this.#isUnsuited = true;
        this.#put[doing.value] = i;
        return;
      case 'take':
        this.#addTake(i, doing.value);
    }
  }

  /** Operations come in the order of their returns, those without at the end. */
  #addTake(i: number, value: number): void {
    const { required, t } = this.#s;
    const other = at(this.#take, value);
    const isBetter = other >= required && at(t.call, i) < at(t.call, other);
    if (other === none || isBetter) this.#take[value] = i;
    else if (i < required) this.#twice ??= [other, i];
  }

  #lifetimes(): Filed {
    const { t, values, initial, required } = this.#s;
    const array = () => new Int32Array(values);
    const [put, take, putCall, putReturn] = [array(), array(), array(), array()];
    const [takeCall, takeReturn] = [array(), array()];
    let count = 0;
    for (let v = 0; v < values; v += 1) {
      t.tick();
      const [i, j] = [at(this.#put, v), at(this.#take, v)];
      const isTaken = j !== none && j < required;
      if (v >= initial && i === none) {
        if (isTaken) return { kind: 'conflict', conflict: [j] };
        continue;
      }
      // A put that may never have happened, of a value that nobody saw, does no good.
      if (i >= required && !isTaken) continue;
      const called = v < initial ? 2 * (v - initial) : at(t.call, i);
      const returned = v < initial ? called + 1 : i < required ? at(t.return, i) : never;
      const taken = j === none ? end : isTaken ? at(t.return, j) : never;
      if (taken < called) return { kind: 'conflict', conflict: [j, i] };
      put[count] = i;
      take[count] = j;
      putCall[count] = called;
      putReturn[count] = Math.min(returned, taken);
      takeCall[count] = j === none ? end : Math.max(at(t.call, j), called);
      takeReturn[count] = taken;
      count += 1;
    }
    const unknown = Array.from(sortByTimes(t, Int32Array.from(this.#unknown), t.call));
    const lifetimes = { count, put, take, putCall, putReturn, takeCall, takeReturn };
    return { kind: 'filed', lifetimes: { ...lifetimes, empties: this.#empties, unknown } };
  }
}

/** Collects what belongs to each value. */
export const lifetimes = (s: Section): Filed => new Filing(s).file();

/** The operations of these values. */
export const operationsOf = (l: Lifetimes, values: readonly number[]): readonly number[] =>
  values.flatMap((v) => [at(l.put, v), at(l.take, v)]).filter((i) => i !== none);
