/** Sees a partition as one text: what its operations do, as numbers. */

import type { Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import type { TextShape, TextView } from '../shape.ts';
import { at, copied, ints } from './ints.ts';
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
  /** What is read, put or appended; of a swap what it leaves. */
  readonly texts: readonly string[];
  /** All that is put or appended. */
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

const codeOf = (view: TextView): number => {
  switch (view.kind) {
    case 'nothing':
      return isIdle;
    case 'value':
      return isGet;
    case 'put':
      return isPut;
    case 'append':
      return view.value === '' ? isIdle : isAppend;
    case 'cas':
      return isSwap;
  }
};

/** Effects, as they are found. */
class Found<Input, Output> {
  readonly inputs: Input[] = [];
  readonly outputs: (Output | undefined)[] = [];
  readonly kind: number[] = [];
  readonly texts: string[] = [];
  /** What a get or a swap needs to see; `none` for others. */
  readonly sight: number[] = [];

  add(op: Operation<Input, Output>, kind: number, text: string, sight: number): number {
    this.inputs.push(op.input);
    this.outputs.push(op.kind === 'completed' ? op.output : undefined);
    this.texts.push(text);
    this.sight.push(sight);
    return this.kind.push(kind) - 1;
  }
}

class TextReader<State, Input, Output> {
  readonly #model: Model<State, Input, Output>;
  readonly #shape: TextShape<Input, Output>;
  readonly #found = new Found<Input, Output>();
  readonly #sights = new Sights();
  readonly #parts = new Parts();
  /** By what is replaced, and by what. */
  readonly #swaps = new Map<string, Map<string, number>>();
  #idle = none;

  constructor(model: Model<State, Input, Output>, shape: TextShape<Input, Output>) {
    this.#model = model;
    this.#shape = shape;
  }

  /** `undefined` when some operation is not one of a text. */
  read(
    operations: readonly Operation<Input, Output>[],
    tick: () => void,
  ): TextReading<Input, Output> | undefined {
    const of = ints(operations.length);
    for (let i = 0; i < operations.length; i += 1) {
      if (i % operationsPerTick === 0) tick();
      const op = operations[i] as Operation<Input, Output>;
      const view = viewOf(this.#model, this.#shape, op);
      if (view === undefined) return undefined;
      // What was read is named when all is known that was read.
      of[i] = view.kind === 'value' ? ~this.#sights.add(view.value) : this.#effectOf(view, op);
    }
    tick();
    const places = new Places(this.#sights);
    this.#nameReads(of, operations, places);
    tick();
    const { inputs, outputs } = this.#found;
    const text = this.#text(places);
    return { of, inputs, outputs, ...promises(text), text };
  }

  #effectOf(view: TextView, op: Operation<Input, Output>): number {
    const text = textOf(view);
    switch (codeOf(view)) {
      case isPut:
        return this.#effectOfPart(this.#parts.puts, isPut, text, op);
      case isAppend:
        return this.#effectOfPart(this.#parts.appends, isAppend, text, op);
      case isSwap:
        return this.#effectOfSwap(view.kind === 'cas' ? view.from : '', text, op);
      default:
        if (this.#idle === none) this.#idle = this.#found.add(op, isIdle, '', none);
        return this.#idle;
    }
  }

  #effectOfPart(
    effects: number[],
    kind: number,
    text: string,
    op: Operation<Input, Output>,
  ): number {
    const part = this.#parts.add(text);
    let effect = effects[part] as number;
    if (effect === none) {
      effect = this.#found.add(op, kind, text, none);
      effects[part] = effect;
    }
    return effect;
  }

  #effectOfSwap(from: string, to: string, op: Operation<Input, Output>): number {
    let effects = this.#swaps.get(from);
    if (effects === undefined) {
      effects = new Map();
      this.#swaps.set(from, effects);
    }
    let effect = effects.get(to);
    if (effect === undefined) {
      effect = this.#found.add(op, isSwap, to, this.#sights.add(from));
      effects.set(to, effect);
    }
    return effect;
  }

  /** Gives reads of the same text one effect. */
  #nameReads(
    of: Int32Array,
    operations: readonly Operation<Input, Output>[],
    places: Places,
  ): void {
    const effects: (number | undefined)[] = [];
    for (let i = 0; i < of.length; i += 1) {
      if (at(of, i) >= 0) continue;
      const sight = ~at(of, i);
      const state = places.seen(sight);
      let effect = effects[state];
      if (effect === undefined) {
        const op = operations[i] as Operation<Input, Output>;
        effect = this.#found.add(op, isGet, places.text(state) ?? '', sight);
        effects[state] = effect;
      }
      of[i] = effect;
    }
  }

  #text(places: Places): TextEffects {
    const { kind, texts, sight } = this.#found;
    const from = ints(kind.length);
    const to = ints(kind.length);
    for (let e = 0; e < kind.length; e += 1) {
      const code = kind[e] as number;
      if (code === isPut || code === isSwap) to[e] = places.of(texts[e] as string);
      if (sight[e] !== none) from[e] = places.seen(sight[e] as number);
    }
    return {
      places,
      initial: places.of(this.#shape.initial),
      initialText: this.#shape.initial,
      kind: copied(kind),
      from,
      to,
      texts,
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

const textOf = (view: TextView): string => {
  switch (view.kind) {
    case 'nothing':
      return '';
    case 'cas':
      return view.to;
    case 'value':
    case 'put':
    case 'append':
      return view.value;
  }
};

/** `undefined` when the model does not say of every operation what it does to a text. */
export function readAsText<State, Input, Output>(
  model: Model<State, Input, Output>,
  shape: TextShape<Input, Output>,
  operations: readonly Operation<Input, Output>[],
  tick: () => void,
): TextReading<Input, Output> | undefined {
  return new TextReader(model, shape).read(operations, tick);
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
      return text.places.after(state, text.texts[effect] ?? '');
    default:
      return state;
  }
}
