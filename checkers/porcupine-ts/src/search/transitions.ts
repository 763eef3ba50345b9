/** The model as a table over integers, filled in as the search asks. */

import { canonical } from '../canonical.ts';
import { HashingInterner, type Interner, PlainInterner } from '../intern.ts';
import { illegal, type Model } from '../model.ts';
import { at, finish, mix } from './ints.ts';

/** Where a state would be, for an operation that cannot happen. */
export const impossible = -1;

const bytesPerCell = 12;

/** Numbers for states, as the model compares them. */
export function stateInterner<State, Input, Output>(
  model: Model<State, Input, Output>,
): Interner<State> {
  if (model.equal === undefined && model.hash === undefined) return new PlainInterner();
  const equal = model.equal?.bind(model) ?? ((a, b) => canonical(a) === canonical(b));
  // With `equal` alone nothing is known about hashes: one bucket for all.
  const hash = model.hash?.bind(model) ?? (() => 0);
  return new HashingInterner(equal, hash);
}

export class Transitions<State, Input, Output> {
  readonly #model: Model<State, Input, Output>;
  readonly #inputs: readonly Input[];
  readonly #outputs: readonly (Output | undefined)[];
  #states: Interner<State>;
  /** Open addressing; a free cell has state -1. */
  #from = new Int32Array(256).fill(-1);
  #effect = new Int32Array(256);
  #to = new Int32Array(256);
  #cells = 0;

  /** Effect `e` is the operation (inputs[e], outputs[e]). */
  constructor(
    model: Model<State, Input, Output>,
    inputs: readonly Input[],
    outputs: readonly (Output | undefined)[],
  ) {
    this.#model = model;
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.#states = stateInterner(model);
  }

  get bytes(): number {
    return this.#states.bytes + this.#from.length * bytesPerCell;
  }

  initial(): number {
    return this.#states.idOf(this.#model.init());
  }

  state(id: number): State {
    return this.#states.valueOf(id);
  }

  /** The state after the effect, or `impossible`. */
  next(state: number, effect: number): number {
    const mask = this.#from.length - 1;
    let cell = finish(mix(state, effect)) & mask;
    for (;;) {
      const from = at(this.#from, cell);
      if (from === -1) return this.#compute(state, effect, cell);
      if (from === state && at(this.#effect, cell) === effect) return at(this.#to, cell);
      cell = (cell + 1) & mask;
    }
  }

  /** Forgets everything but these states and gives them new numbers, in place. */
  keepOnly(live: readonly Int32Array[]): void {
    const old = this.#states;
    this.#states = stateInterner(this.#model);
    for (const ids of live) {
      for (let i = 0; i < ids.length; i += 1) ids[i] = this.#states.idOf(old.valueOf(at(ids, i)));
    }
    this.#resize(256);
  }

  #compute(state: number, effect: number, cell: number): number {
    const input = this.#inputs[effect] as Input;
    const after = this.#model.step(this.#states.valueOf(state), input, this.#outputs[effect]);
    const to = after === illegal ? impossible : this.#states.idOf(after);
    this.#from[cell] = state;
    this.#effect[cell] = effect;
    this.#to[cell] = to;
    this.#cells += 1;
    if (this.#cells * 2 > this.#from.length) this.#grow();
    return to;
  }

  #resize(cells: number): void {
    this.#from = new Int32Array(cells).fill(-1);
    this.#effect = new Int32Array(cells);
    this.#to = new Int32Array(cells);
    this.#cells = 0;
  }

  #grow(): void {
    const from = this.#from;
    const effect = this.#effect;
    const to = this.#to;
    this.#resize(from.length * 2);
    const mask = this.#from.length - 1;
    for (let i = 0; i < from.length; i += 1) {
      if (at(from, i) === -1) continue;
      let cell = finish(mix(at(from, i), at(effect, i))) & mask;
      while (at(this.#from, cell) !== -1) cell = (cell + 1) & mask;
      this.#from[cell] = at(from, i);
      this.#effect[cell] = at(effect, i);
      this.#to[cell] = at(to, i);
      this.#cells += 1;
    }
  }
}
