/** Sees a partition as one text: what its operations do, as numbers. */

import type { Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import type { TextShape, TextView } from '../shape.ts';
import { at, ints } from './ints.ts';
import { Places } from './texts.ts';

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
  /** By text: the effect that puts it, and the one that appends it. */
  readonly puts: ReadonlyMap<string, number>;
  readonly appends: ReadonlyMap<string, number>;
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

class TextReader<State, Input, Output> {
  readonly #model: Model<State, Input, Output>;
  readonly #shape: TextShape<Input, Output>;
  readonly #views: TextView[] = [];
  readonly #inputs: Input[] = [];
  readonly #outputs: (Output | undefined)[] = [];
  /** Effects by kind and text; those of swaps by both texts. */
  readonly #known: readonly Map<string, number>[] = [new Map(), new Map(), new Map(), new Map()];
  readonly #swaps = new Map<string, Map<string, number>>();

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
      of[i] = this.#effectOf(view, op);
    }
    const text = this.#text();
    tick();
    const count = this.#views.length;
    const readonly = ints(count);
    const blind = ints(count);
    const total = ints(count);
    for (let e = 0; e < count; e += 1) {
      const kind = at(text.kind, e);
      if (kind === isIdle || kind === isGet) readonly[e] = 1;
      if (kind === isPut) blind[e] = 1;
      if (kind !== isGet && kind !== isSwap) total[e] = 1;
    }
    return { of, inputs: this.#inputs, outputs: this.#outputs, readonly, blind, total, text };
  }

  #effectOf(view: TextView, op: Operation<Input, Output>): number {
    const known = this.#tableOf(view);
    const text = codeOf(view) === isIdle ? '' : textOf(view);
    const effect = known.get(text);
    if (effect !== undefined) return effect;
    const fresh = this.#views.length;
    known.set(text, fresh);
    this.#views.push(view);
    this.#inputs.push(op.input);
    this.#outputs.push(op.kind === 'completed' ? op.output : undefined);
    return fresh;
  }

  #tableOf(view: TextView): Map<string, number> {
    if (view.kind !== 'cas') return this.#known[codeOf(view)] as Map<string, number>;
    let table = this.#swaps.get(view.from);
    if (table === undefined) {
      table = new Map();
      this.#swaps.set(view.from, table);
    }
    return table;
  }

  #text(): TextEffects {
    const views = this.#views;
    const gets = this.#known[isGet] as Map<string, number>;
    const count = views.length;
    const kind = ints(count);
    const from = ints(count);
    const to = ints(count);
    const places = new Places([...gets.keys(), ...this.#swaps.keys()], (text, state) => {
      const get = gets.get(text);
      if (get !== undefined) from[get] = state;
    });
    const texts: string[] = [];
    for (let e = 0; e < count; e += 1) {
      const view = views[e] ?? nothing;
      kind[e] = codeOf(view);
      texts.push(textOf(view));
      if (view.kind === 'put' || view.kind === 'cas') to[e] = places.of(textOf(view));
      if (view.kind === 'cas') from[e] = places.of(view.from);
    }
    return {
      places,
      initial: places.of(this.#shape.initial),
      initialText: this.#shape.initial,
      kind,
      from,
      to,
      texts,
      puts: this.#known[isPut] as Map<string, number>,
      appends: this.#known[isAppend] as Map<string, number>,
    };
  }
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
