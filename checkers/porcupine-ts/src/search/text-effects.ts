/** Sees a partition as one text: what its operations do, as numbers. */

import type { Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import type { TextShape, TextView } from '../shape.ts';
import { at, ints } from './ints.ts';
import { none, Parts } from './parts.ts';
import { Places, Sights } from './texts.ts';

const operationsPerTick = 8192;

export const isIdle = 0;
export const isGet = 1;
export const isPut = 2;
export const isAppend = 3;
export const isSwap = 4;

/** Every effect as that of one text. States are those of `places`. */
export interface TextEffects {
  readonly places: Places;
  readonly initial: number;
  readonly initialText: string;
  /** Per effect. */
  readonly kind: Int32Array;
  /** The state that a get or a swap needs; 0 for the others. */
  readonly from: Int32Array;
  /** The state that a put or a swap leaves; 0 for the others. */
  readonly to: Int32Array;
  /** What is put or appended, and what a swap leaves: a part, `none` for the others. */
  readonly part: Int32Array;
  readonly parts: Parts;
}

/** No state: the effect cannot happen. */
const nowhere = -1;

/** What `effects` needs to know of a partition that is one text. */
export interface TextReading<Input, Output> {
  /** Per operation: its effect. */
  readonly of: Int32Array;
  /** Per effect: an operation that has it. */
  readonly inputs: readonly Input[];
  readonly outputs: readonly (Output | undefined)[];
  /** Per effect, as in `Effects`. */
  readonly readonly: Int32Array;
  readonly blind: Int32Array;
  readonly total: Int32Array;
  readonly text: TextEffects;
}

const nothing: TextView = { kind: 'nothing' };

function viewOf<State, Input, Output>(
  model: Model<State, Input, Output>,
  shape: TextShape<Input, Output>,
  op: Operation<Input, Output>,
): TextView | undefined {
  if (op.kind === 'completed') return shape.view(op.input, op.output, false);
  const view = shape.view(op.input, undefined, true);
  // Whether something happened that changes nothing, does not matter.
  return view === undefined && model.readonly?.(op.input, undefined) === true ? nothing : view;
}

class TextReader<State, Input, Output> {
  readonly #model: Model<State, Input, Output>;
  readonly #shape: TextShape<Input, Output>;
  readonly #operations: readonly Operation<Input, Output>[];
  readonly #sights = new Sights();
  readonly #parts: Parts;
  /** By what is replaced, and by what. */
  #swaps: Map<string, Map<string, number>> | undefined;
  #idle = none;
  #count = 0;
  /** Per effect: the first operation that has it; what it does; what it puts or appends, or leaves; what it needs to see. */
  readonly #first: Int32Array;
  readonly #kind: Int32Array;
  readonly #part: Int32Array;
  readonly #sight: Int32Array;

  constructor(
    model: Model<State, Input, Output>,
    shape: TextShape<Input, Output>,
    operations: readonly Operation<Input, Output>[],
  ) {
    this.#model = model;
    this.#shape = shape;
    this.#operations = operations;
    const { length } = operations;
    // One more for the text that is there first.
    this.#parts = new Parts(length + 1);
    this.#first = ints(length);
    this.#kind = ints(length);
    this.#part = ints(length);
    this.#sight = ints(length);
  }

  /** `undefined` when some operation is not one of a text. */
  read(tick: () => void): TextReading<Input, Output> | undefined {
    const of = ints(this.#operations.length);
    for (let i = 0; i < of.length; i += 1) {
      if (i % operationsPerTick === 0) tick();
      const op = this.#operations[i] as Operation<Input, Output>;
      const view = viewOf(this.#model, this.#shape, op);
      if (view === undefined) return undefined;
      of[i] = this.#effectOf(view, i);
    }
    tick();
    const places = new Places(this.#sights);
    this.#nameReads(of, places);
    tick();
    const inputs: Input[] = [];
    const outputs: (Output | undefined)[] = [];
    inputs.length = this.#count;
    outputs.length = this.#count;
    for (let e = 0; e < this.#count; e += 1) {
      const op = this.#operations[at(this.#first, e)] as Operation<Input, Output>;
      inputs[e] = op.input;
      outputs[e] = op.kind === 'completed' ? op.output : undefined;
    }
    const text = this.#text(places);
    return { of, inputs, outputs, ...promises(text), text };
  }

  #effectOf(view: TextView, i: number): number {
    switch (view.kind) {
      case 'value':
        // It is named when all is known that was read.
        return ~this.#sights.add(view.value);
      case 'put':
        return this.#effectOfPart(this.#parts.puts, isPut, view.value, i);
      case 'append':
        return view.value === ''
          ? this.#effectOfNothing(i)
          : this.#effectOfPart(this.#parts.appends, isAppend, view.value, i);
      case 'cas':
        return this.#effectOfSwap(view.from, view.to, i);
      case 'nothing':
        return this.#effectOfNothing(i);
    }
  }

  #add(i: number, kind: number, part: number, sight: number): number {
    const effect = this.#count;
    this.#count += 1;
    this.#first[effect] = i;
    this.#kind[effect] = kind;
    this.#part[effect] = part;
    this.#sight[effect] = sight;
    return effect;
  }

  #effectOfNothing(i: number): number {
    if (this.#idle === none) this.#idle = this.#add(i, isIdle, none, none);
    return this.#idle;
  }

  #effectOfPart(effects: Int32Array, kind: number, text: string, i: number): number {
    const part = this.#parts.add(text);
    const known = at(effects, part);
    if (known !== none) return known;
    const effect = this.#add(i, kind, part, none);
    effects[part] = effect;
    return effect;
  }

  #effectOfSwap(from: string, to: string, i: number): number {
    this.#swaps ??= new Map();
    let effects = this.#swaps.get(from);
    if (effects === undefined) {
      effects = new Map();
      this.#swaps.set(from, effects);
    }
    let effect = effects.get(to);
    if (effect === undefined) {
      effect = this.#add(i, isSwap, this.#parts.add(to), this.#sights.add(from));
      effects.set(to, effect);
    }
    return effect;
  }

  /** Gives reads of the same text one effect. */
  #nameReads(of: Int32Array, places: Places): void {
    const bySight = ints(this.#sights.count).fill(none);
    const byState: (number | undefined)[] = [];
    for (let i = 0; i < of.length; i += 1) {
      if (at(of, i) >= 0) continue;
      const sight = ~at(of, i);
      if (at(bySight, sight) === none) {
        const state = places.seen(sight);
        byState[state] ??= this.#add(i, isGet, none, sight);
        bySight[sight] = byState[state];
      }
      of[i] = at(bySight, sight);
    }
  }

  #text(places: Places): TextEffects {
    const count = this.#count;
    const kind = this.#kind.subarray(0, count);
    const from = ints(count);
    const to = ints(count);
    for (let e = 0; e < count; e += 1) {
      const code = at(kind, e);
      if (code === isPut || code === isSwap)
        to[e] = places.of(this.#parts.texts[at(this.#part, e)] as string);
      if (at(this.#sight, e) !== none) from[e] = places.seen(at(this.#sight, e));
    }
    return {
      places,
      initial: places.of(this.#shape.initial),
      initialText: this.#shape.initial,
      kind,
      from,
      to,
      part: this.#part,
      parts: this.#parts,
    };
  }
}

/** What is known of effects because they are those of a text. */
function promises({
  kind,
}: TextEffects): Pick<TextReading<unknown, unknown>, 'readonly' | 'blind' | 'total'> {
  const readonly = ints(kind.length);
  const blind = ints(kind.length);
  const total = ints(kind.length);
  for (let e = 0; e < kind.length; e += 1) {
    const code = at(kind, e);
    if (code === isIdle || code === isGet) readonly[e] = 1;
    if (code === isPut) blind[e] = 1;
    if (code !== isGet && code !== isSwap) total[e] = 1;
  }
  return { readonly, blind, total };
}

/** `undefined` when the model does not say of every operation what it does to a text. */
export function readAsText<State, Input, Output>(
  model: Model<State, Input, Output>,
  shape: TextShape<Input, Output>,
  operations: readonly Operation<Input, Output>[],
  tick: () => void,
): TextReading<Input, Output> | undefined {
  return new TextReader(model, shape, operations).read(tick);
}

/** The state after the effect, -1 if it cannot happen there. */
export function stepText(text: TextEffects, state: number, effect: number): number {
  switch (at(text.kind, effect)) {
    case isGet:
      return at(text.from, effect) === state ? state : nowhere;
    case isPut:
      return at(text.to, effect);
    case isSwap:
      return at(text.from, effect) === state ? at(text.to, effect) : nowhere;
    case isAppend:
      return text.places.after(state, text.parts.texts[at(text.part, effect)] ?? '');
    default:
      return state;
  }
}
