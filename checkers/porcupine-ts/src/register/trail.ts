/**
 * What a walk placed, and the order that follows from it.
 *
 * A walk notes only what changes the register. Where reads and hidden writes go is found afterwards: a read where its value is
 * there while it is open, a write there as well, where it changes nothing, or right before something that overwrites it.
 */

import { at, grown, ints } from '../search/ints.ts';
import { isWrite, none, operationsPerLook, type RegisterHistory } from './view.ts';

export class Trail {
  #parent = ints(1024);
  #operation = ints(1024);
  #time = ints(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Forgets all notes from that one on. */
  cut(length: number): void {
    this.#length = length;
  }

  /** Notes that an operation was placed at a time; the number of the note. */
  add(parent: number, operation: number, time: number): number {
    const next = this.#length;
    if (next === this.#parent.length) {
      this.#parent = grown(this.#parent, next + 1);
      this.#operation = grown(this.#operation, next + 1);
      this.#time = grown(this.#time, next + 1);
    }
    this.#parent[next] = parent;
    this.#operation[next] = operation;
    this.#time[next] = time;
    this.#length = next + 1;
    return next;
  }

  /**
   * The operations up to this note with all others of the first `required`, in the order in which they take effect;
   * `undefined` if one of them fits nowhere.
   */
  order(last: number, h: RegisterHistory, required: number): Int32Array | undefined {
    let length = 0;
    for (let i = last; i !== none; i = at(this.#parent, i)) length += 1;
    h.look();
    const path = ints(length);
    const times = ints(length);
    for (let i = last; i !== none; i = at(this.#parent, i)) {
      length -= 1;
      path[length] = at(this.#operation, i);
      times[length] = at(this.#time, i);
    }
    h.look();
    return new Filling(h, path, times, required).order();
  }
}

/** Fills an order that changes the register with what does not. */
class Filling {
  readonly #h: RegisterHistory;
  readonly #path: Int32Array;
  readonly #times: Int32Array;
  readonly #required: number;
  /** Per gap, before the step of that number: what finds its value there, then what is overwritten; lists by `#next`. */
  readonly #head: Int32Array;
  readonly #tail: Int32Array;
  readonly #next: Int32Array;

  constructor(h: RegisterHistory, path: Int32Array, times: Int32Array, required: number) {
    this.#h = h;
    this.#path = path;
    this.#times = times;
    this.#required = required;
    this.#head = ints(2 * path.length + 2).fill(none);
    this.#tail = ints(2 * path.length + 2).fill(none);
    this.#next = ints(h.required).fill(none);
  }

  order(): Int32Array | undefined {
    const { byCall, call, look } = this.#h;
    const isPlaced = ints(this.#h.count);
    for (const i of this.#path) isPlaced[i] = 1;
    let step = 0;
    let filled = 0;
    for (let n = 0; n < byCall.length; n += 1) {
      if (n % operationsPerLook === 0) look();
      const j = at(byCall, n);
      if (j >= this.#required || at(isPlaced, j) === 1) continue;
      while (step < this.#path.length && at(this.#times, step) < at(call, j)) step += 1;
      const gap = this.#gap(j, step);
      if (gap === undefined) return undefined;
      this.#put(gap, j);
      filled += 1;
    }
    const order = ints(this.#path.length + filled);
    let length = 0;
    for (let i = 0; i <= this.#path.length; i += 1) {
      if (i % operationsPerLook === 0) look();
      for (let list = 2 * i; list < 2 * i + 2; list += 1) {
        for (let j = at(this.#head, list); j !== none; j = at(this.#next, j)) {
          order[length] = j;
          length += 1;
        }
      }
      if (i === this.#path.length) break;
      order[length] = at(this.#path, i);
      length += 1;
    }
    return order;
  }

  /** The list that it belongs to, from that step on. */
  #gap(j: number, from: number): number | undefined {
    const { kind, to, return: returned } = this.#h;
    const canBeHidden = at(kind, j) === isWrite;
    const value = canBeHidden ? at(to, j) : at(this.#h.from, j);
    for (let step = from; ; step += 1) {
      const before = step === 0 ? this.#h.count : at(this.#path, step - 1);
      if (at(to, before) === value) return 2 * step;
      const isOver = step === this.#path.length || at(this.#times, step) > at(returned, j);
      if (isOver) return undefined;
      if (canBeHidden && at(kind, at(this.#path, step)) === isWrite) return 2 * step + 1;
    }
  }

  #put(list: number, j: number): void {
    const last = at(this.#tail, list);
    if (last === none) this.#head[list] = j;
    else this.#next[last] = j;
    this.#tail[list] = j;
  }
}
