/**
 * One flag that is turned on and off: decided in O(n log n), unknown outcomes included.
 *
 * Turns that are only legal when they make a difference alternate. Nothing is done before somebody returns who needs it;
 * whoever sees the present value is served at once; a turn that is needed is taken from the open ones of that direction, the
 * one that returns first first, unknown outcomes last. Waiting loses nothing, since whatever could have been done earlier
 * is still open, and turns of one direction differ in nothing but their times (proof in docs/algorithms.md).
 *
 * Turns that are legal anyway ("add", and no word on whether it was there) are counted as done as soon as they find their
 * value. That is exact while only one direction is ever turned to; otherwise an "impossible" is not certain.
 */

import { Heap } from './heap.ts';

export type Action =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'turn'; readonly to: boolean; readonly isStrict: boolean }
  | { readonly kind: 'see'; readonly value: boolean };

/** What has been done so far, by all toggles of a history, in order. */
export class Placements {
  readonly order: number[] = [];
  /** For each of `order`: the position of the event during which it was done. */
  readonly times: number[] = [];
  readonly #placed: Uint8Array;
  /** The position of the present event. */
  now = 0;

  constructor(count: number) {
    this.#placed = new Uint8Array(count);
  }

  add(i: number): void {
    this.#placed[i] = 1;
    this.order.push(i);
    this.times.push(this.now);
  }

  has(i: number): boolean {
    return this.#placed[i] === 1;
  }
}

/** The open and undone operations about one value. */
class Side {
  readonly strict = new Heap();
  readonly free = new Heap();
  readonly optional: number[] = [];
  readonly waiting: number[] = [];
  /** Somebody turned to it, or may have. */
  isTurnedTo = false;

  /** The turn to use next. */
  next(): number | undefined {
    return this.strict.pop() ?? this.free.pop() ?? this.optional.pop();
  }
}

export class Toggle {
  readonly #placements: Placements;
  readonly #off = new Side();
  readonly #on = new Side();
  #value: boolean;
  #anyFree = false;

  constructor(value: boolean, placements: Placements) {
    this.#value = value;
    this.#placements = placements;
  }

  /** Whether what this toggle calls impossible is. */
  get isCertain(): boolean {
    return !(this.#anyFree && this.#off.isTurnedTo && this.#on.isTurnedTo);
  }

  call(i: number, action: Action, isOptional: boolean): void {
    if (action.kind === 'nothing') {
      this.#placements.add(i);
      return;
    }
    if (action.kind === 'see') {
      if (action.value === this.#value) this.#placements.add(i);
      else this.#side(action.value).waiting.push(i);
      return;
    }
    const side = this.#side(action.to);
    side.isTurnedTo = true;
    if (isOptional) {
      side.optional.push(i);
      return;
    }
    if (action.isStrict) {
      side.strict.push(i);
      return;
    }
    this.#anyFree = true;
    if (action.to === this.#value) this.#placements.add(i);
    else side.free.push(i);
  }

  /** False: impossible. */
  return(i: number, action: Action): boolean {
    if (this.#placements.has(i) || action.kind === 'nothing') return true;
    if (action.kind === 'see') return this.#turn(action.value);
    // It is the first to return of all open turns to this value: once the way is free it is the one that is taken.
    if (action.to === this.#value && !this.#turn(!action.to)) return false;
    return this.#turn(action.to);
  }

  #side(value: boolean): Side {
    return value ? this.#on : this.#off;
  }

  #turn(to: boolean): boolean {
    const side = this.#side(to);
    const next = side.next();
    if (next === undefined) return false;
    this.#placements.add(next);
    this.#value = to;
    for (const i of side.waiting) this.#placements.add(i);
    for (const i of side.free.items()) this.#placements.add(i);
    side.waiting.length = 0;
    side.free.clear();
    return true;
  }
}
