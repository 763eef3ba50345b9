/** The model as a table over integers, filled in as the search asks. */

import type { Interner } from '../intern.ts';
import { illegal, type Model } from '../model.ts';
import { none, type RegisterEffects } from './effects.ts';
import { at, finish, ints, mix } from './ints.ts';
import type { Problem } from './problem.ts';
import { stateInterner } from './states.ts';
import { isAppend, stepText, type TextEffects } from './text-effects.ts';

export { stateInterner } from './states.ts';

/** Where a state would be, for an operation that cannot happen. */
export const impossible = -1;

const bytesPerCell = 12;
const smallestTable = 64;
/** Cells between two looks at the clock, where all of them are gone through. */
const cellsPerTick = 16_384;

export class Transitions<State, Input, Output> {
  readonly #model: Model<State, Input, Output>;
  readonly #inputs: readonly Input[];
  readonly #outputs: readonly (Output | undefined)[];
  readonly #tick: () => void;
  #states: Interner<State>;
  /** Open addressing; a free cell has state -1. */
  #from: Int32Array;
  #effect: Int32Array;
  #to: Int32Array;
  #cells = 0;
  /** What a register does needs no table. Its states are the values. */
  readonly #register: RegisterEffects<State> | undefined;
  /** Of a text only what appends do is kept in the table. */
  readonly #text: TextEffects | undefined;

  constructor(p: Problem<State, Input, Output>) {
    this.#model = p.model;
    this.#inputs = p.inputs;
    this.#outputs = p.outputs;
    this.#tick = p.tick;
    this.#register = p.register;
    this.#text = p.text;
    this.#states = p.register?.values ?? stateInterner(p.model);
    // A register needs no table.
    const cells = p.register === undefined ? smallestTable : 0;
    this.#from = ints(cells).fill(-1);
    this.#effect = ints(cells);
    this.#to = ints(cells);
  }

  get bytes(): number {
    if (this.#register !== undefined) return 0;
    return this.#states.bytes + this.#from.length * bytesPerCell;
  }

  initial(): number {
    return this.#register?.initial ?? this.#text?.initial ?? this.#states.idOf(this.#model.init());
  }

  /** States met so far; their numbers are below. Of a model that is no register and no text. */
  get known(): number {
    return this.#states.size;
  }

  /** Not of a text: its states are no values of the model. */
  state(id: number): State {
    return this.#states.valueOf(id);
  }

  /** The state after the effect, or `impossible`. */
  next(state: number, effect: number): number {
    const register = this.#register;
    if (register !== undefined) {
      const from = at(register.from, effect);
      if (from !== none && from !== state) return impossible;
      const to = at(register.to, effect);
      return to === none ? state : to;
    }
    const text = this.#text;
    if (text !== undefined && at(text.kind, effect) !== isAppend) {
      return stepText(text, state, effect);
    }
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
    if (this.#register !== undefined) return;
    if (this.#text !== undefined) {
      // There are no more of its states than characters, and they keep their numbers.
      this.#resize(smallestTable);
      return;
    }
    const old = this.#states;
    this.#states = stateInterner(this.#model);
    for (const ids of live) {
      for (let i = 0; i < ids.length; i += 1) {
        this.#tick();
        ids[i] = this.#states.idOf(old.valueOf(at(ids, i)));
      }
    }
    this.#resize(smallestTable);
  }

  #compute(state: number, effect: number, cell: number): number {
    const to = this.#stepped(state, effect);
    this.#from[cell] = state;
    this.#effect[cell] = effect;
    this.#to[cell] = to;
    this.#cells += 1;
    if (this.#cells * 2 > this.#from.length) this.#grow();
    return to;
  }

  #stepped(state: number, effect: number): number {
    if (this.#text !== undefined) return stepText(this.#text, state, effect);
    this.#tick();
    const input = this.#inputs[effect] as Input;
    const before = this.#states.valueOf(state);
    const after = this.#model.step(before, input, this.#outputs[effect]);
    if (after === illegal) return impossible;
    return after === before ? state : this.#states.idOf(after);
  }

  #resize(cells: number): void {
    this.#from = ints(cells).fill(-1);
    this.#effect = ints(cells);
    this.#to = ints(cells);
    this.#cells = 0;
  }

  #grow(): void {
    const from = this.#from;
    const effect = this.#effect;
    const to = this.#to;
    this.#resize(from.length * 4);
    const mask = this.#from.length - 1;
    for (let i = 0; i < from.length; i += 1) {
      if (i % cellsPerTick === 0) this.#tick();
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
