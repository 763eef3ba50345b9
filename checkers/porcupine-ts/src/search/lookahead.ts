/**
 * Configurations that cannot come to a good end, recognised before the search runs into it.
 *
 * An operation that needs a certain value of a register, and does not find it, waits for somebody to bring it. When
 * everybody who could bring it in time has been placed already, there is no way on.
 */

import { none, type RegisterEffects } from './effects.ts';
import { at, ints } from './ints.ts';
import type { Problem } from './problem.ts';
import type { Supply } from './supply.ts';
import type { Window } from './window.ts';

/** So many bringers are looked at before it is assumed that there is one. */
const maxLooks = 64;

/** What is placed, at `first` and later. */
type Placed = Pick<Window, 'first' | 'placed'>;

export class Lookahead {
  /** Per effect: the value that it needs to find, as a number; `none` if it needs none. */
  readonly #needs: Int32Array;
  /** Per effect: the value that it leaves; `none` if it leaves what was there. */
  readonly #brings: Int32Array;
  /** Per effect: 1 if it needs a value and leaves another. */
  readonly #changes: Int32Array;
  /** Required bringers of value v: bringers[start[v] .. start[v + 1] - 1], in the order of their calls. */
  readonly #bringers: Int32Array;
  readonly #start: Int32Array;
  /** Per value: the classes of optional operations that bring it. */
  readonly #classes: readonly (readonly number[])[];
  readonly #classBrings: Int32Array;
  readonly #call: Int32Array;
  readonly #return: Int32Array;
  readonly #effect: Int32Array;

  constructor(
    p: Pick<
      Problem<never, never, never>,
      'byCall' | 'call' | 'effect' | 'return' | 'classEffect' | 'tick'
    >,
    register: RegisterEffects<unknown>,
  ) {
    const { from: needs, to: brings } = register;
    const values = register.values.size;
    const classBrings = p.classEffect.map((effect) => at(brings, effect));
    this.#needs = needs;
    this.#brings = brings;
    this.#classBrings = classBrings;
    this.#changes = needs.map((value, e) => (value !== none && at(brings, e) !== none ? 1 : 0));
    this.#call = p.call;
    this.#return = p.return;
    this.#effect = p.effect;
    this.#start = ints(values + 1);
    const bringsOf = (j: number): number => at(brings, at(p.effect, j));
    for (const j of p.byCall) {
      const value = bringsOf(j);
      if (value !== none) this.#start[value + 1] = at(this.#start, value + 1) + 1;
    }
    p.tick();
    for (let v = 0; v < values; v += 1)
      this.#start[v + 1] = at(this.#start, v) + at(this.#start, v + 1);
    p.tick();
    const next = this.#start.slice();
    this.#bringers = ints(at(this.#start, values));
    for (const j of p.byCall) {
      const value = bringsOf(j);
      if (value === none) continue;
      this.#bringers[at(next, value)] = j;
      next[value] = at(next, value) + 1;
    }
    p.tick();
    const classes: number[][] = Array.from({ length: values }, () => []);
    classBrings.forEach((value, k) => {
      if (value !== none) classes[value]?.push(k);
    });
    this.#classes = classes;
  }

  /** The value that an effect needs to find; `none` if it needs none. */
  need(effect: number): number {
    return at(this.#needs, effect);
  }

  /** Whether the effect leaves this value. */
  brings(effect: number, value: number): boolean {
    return at(this.#brings, effect) === value;
  }

  /** Whether the class of optional operations leaves this value. */
  classBrings(k: number, value: number): boolean {
    return at(this.#classBrings, k) === value;
  }

  /** Whether some open operation waits in vain; `held` is the value of the register. */
  isHopeless(w: Window, supply: Supply, held: number): boolean {
    for (let j = at(w.next, w.count); j !== w.count; j = at(w.next, j)) {
      const value = at(this.#needs, at(this.#effect, j));
      if (value === none) continue;
      // Whoever changes the value that it finds needs it for itself alone.
      const spent = at(this.#changes, at(this.#effect, j)) === 1;
      const others = spent ? this.#waiting(j, value, w) : 0;
      const wanted = value === held ? others : others + 1;
      if (wanted > 0 && !this.#comes(j, value, wanted, w, supply)) return true;
    }
    return false;
  }

  /** The same for operations in the order of their returns, of which those not marked as placed are open. */
  isHopelessAmong(
    open: readonly number[],
    w: Placed,
    held: number,
    available: (k: number, deadline: number) => boolean,
  ): boolean {
    const waiting = new Map<number, number>();
    for (const j of open) {
      if (at(w.placed, j) === 1) continue;
      const effect = at(this.#effect, j);
      const value = at(this.#needs, effect);
      if (value === none) continue;
      const before = waiting.get(value) ?? 0;
      const changes = at(this.#changes, effect) === 1;
      if (changes) waiting.set(value, before + 1);
      const others = changes ? before : 0;
      const wanted = value === held ? others : others + 1;
      if (wanted === 0 || this.#countRequired(j, value, wanted, w) >= wanted) continue;
      const returned = at(this.#return, j);
      if (this.#classes[value]?.some((k) => available(k, returned)) !== true) return true;
    }
    return false;
  }

  /** How many before j in the window need the same value and change it. */
  #waiting(j: number, value: number, w: Window): number {
    let count = 0;
    for (let i = at(w.next, w.count); i !== j; i = at(w.next, i)) {
      const effect = at(this.#effect, i);
      if (at(this.#needs, effect) === value && at(this.#changes, effect) === 1) count += 1;
    }
    return count;
  }

  /** Whether a required operation other than j can still bring the value before j returns. */
  isBrought(j: number, value: number, w: Window): boolean {
    return this.#countRequired(j, value, 1, w) >= 1;
  }

  /** Whether that many can still bring the value before j returns. */
  #comes(j: number, value: number, wanted: number, w: Window, supply: Supply): boolean {
    if (this.#countRequired(j, value, wanted, w) >= wanted) return true;
    const returned = at(this.#return, j);
    return this.#classes[value]?.some((k) => supply.available(k, returned)) === true;
  }

  /** How many required operations other than j can still bring the value before j returns; counts no further than `wanted`. */
  #countRequired(j: number, value: number, wanted: number, w: Placed): number {
    const returned = at(this.#return, j);
    const start = at(this.#start, value);
    let low = start;
    let high = at(this.#start, value + 1);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at(this.#call, at(this.#bringers, middle)) < returned) low = middle + 1;
      else high = middle;
    }
    const stop = Math.max(start, low - maxLooks);
    let found = 0;
    for (let i = low - 1; i >= stop && found < wanted; i -= 1) {
      const bringer = at(this.#bringers, i);
      if (bringer >= w.first && at(w.placed, bringer) === 0 && bringer !== j) found += 1;
    }
    return stop > start ? wanted : found;
  }
}
