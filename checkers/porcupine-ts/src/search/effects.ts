/** What operations do, as numbers: operations that do the same have the same number. */

import type { Interner } from '../intern.ts';
import type { Model } from '../model.ts';
import type { Operation } from '../operation.ts';
import { at, copied, ints } from './ints.ts';
import { Numbers } from './numbers.ts';
import { PairTable } from './pairs.ts';
import { stateInterner } from './states.ts';
import { readAsText, type TextEffects } from './text-effects.ts';

const operationsPerTick = 8192;

/** No value. */
export const none = -1;

/** Every effect as that of a register: reads find `from`, writes leave `to`, a cas does both. Values are numbers. */
export interface RegisterEffects<State> {
  /** Per effect; `none` for a write. */
  readonly from: Int32Array;
  /** Per effect; `none` for a read, and for a cas that leaves what it finds. */
  readonly to: Int32Array;
  readonly values: Interner<State>;
  readonly initial: number;
}

export interface Effects<State, Input, Output> {
  /** Per operation. */
  readonly of: Int32Array;
  /** Per effect: an operation that has it. */
  readonly inputs: readonly Input[];
  readonly outputs: readonly (Output | undefined)[];
  /** 1 where the model promised it. */
  readonly readonly: Int32Array;
  readonly blind: Int32Array;
  /** Legal in every state. */
  readonly total: Int32Array;
  /** Only if the model says of every operation what it does to a register. */
  readonly register: RegisterEffects<State> | undefined;
  /** Only if the model says of every operation what it does to a text. */
  readonly text: TextEffects | undefined;
}

/** What is known of effects because they are those of a register. */
export function registerPromises({
  from,
  to,
}: Pick<RegisterEffects<unknown>, 'from' | 'to'>): Pick<
  Effects<unknown, unknown, unknown>,
  'readonly' | 'blind' | 'total'
> {
  const readonly = ints(from.length);
  const blind = ints(from.length);
  const total = ints(from.length);
  for (let e = 0; e < from.length; e += 1) {
    const isFree = at(from, e) === none;
    const changes = at(to, e) !== none;
    if (!changes) readonly[e] = 1;
    if (isFree && changes) blind[e] = 1;
    if (isFree) total[e] = 1;
  }
  return { readonly, blind, total };
}

/** Sees a partition as one register. */
class RegisterReader<State, Input, Output> {
  readonly #model: Model<State, Input, Output>;
  readonly #values: Interner<State>;
  readonly #known = new PairTable();
  readonly #inputs: Input[] = [];
  readonly #outputs: (Output | undefined)[] = [];
  readonly #from: number[] = [];
  readonly #to: number[] = [];

  constructor(model: Model<State, Input, Output>) {
    this.#model = model;
    this.#values = stateInterner(model);
  }

  /** `undefined` when some operation is not one of a register. */
  read(
    operations: readonly Operation<Input, Output>[],
    tick: () => void,
  ): Effects<State, Input, Output> | undefined {
    const initial = this.#values.idOf(this.#model.init());
    const of = ints(operations.length);
    for (let i = 0; i < operations.length; i += 1) {
      if (i % operationsPerTick === 0) tick();
      const effect = this.#effectOf(operations[i] as Operation<Input, Output>);
      if (effect === none) return undefined;
      of[i] = effect;
    }
    const from = copied(this.#from);
    const to = copied(this.#to);
    return {
      of,
      inputs: this.#inputs,
      outputs: this.#outputs,
      ...registerPromises({ from, to }),
      register: { from, to, values: this.#values, initial },
      text: undefined,
    };
  }

  #effectOf(op: Operation<Input, Output>): number {
    const isUnknown = op.kind === 'unknown';
    const output = isUnknown ? undefined : op.output;
    const view = this.#model.asRegister?.(op.input, output, isUnknown);
    if (view === undefined) {
      // Whether something happened that changes nothing, and that nobody can refuse, does not matter.
      const isIdle =
        this.#model.readonly?.(op.input, output) === true &&
        (isUnknown || this.#model.total?.(op.input, output) === true);
      return isIdle ? this.#effect(none, none, op.input, output) : none;
    }
    const from =
      view.kind === 'write'
        ? none
        : this.#values.idOf(view.kind === 'cas' ? view.from : view.value);
    const written =
      view.kind === 'read' ? none : this.#values.idOf(view.kind === 'cas' ? view.to : view.value);
    const to = written === from ? none : written;
    return this.#effect(from, to, op.input, output);
  }

  #effect(from: number, to: number, input: Input, output: Output | undefined): number {
    const effect = this.#known.numberOf(from, to, this.#inputs.length);
    if (effect < this.#inputs.length) return effect;
    this.#inputs.push(input);
    this.#outputs.push(output);
    this.#from.push(from);
    this.#to.push(to);
    return effect;
  }
}

/** Room for what the inputs and outputs of a short history consist of. */
const pairsPerOperation = 4;
const firstPairs = 128;

function anyEffects<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  tick: () => void,
): Effects<State, Input, Output> {
  const of = ints(operations.length);
  const inputs: Input[] = [];
  const outputs: (Output | undefined)[] = [];
  const numbers = new Numbers(tick, Math.min(pairsPerOperation * operations.length, firstPairs));
  const known = new PairTable(Math.min(operations.length, firstPairs));
  for (let i = 0; i < operations.length; i += 1) {
    if (i % operationsPerTick === 0) tick();
    const op = operations[i] as Operation<Input, Output>;
    const output = op.kind === 'completed' ? op.output : undefined;
    const effect = known.numberOf(numbers.of(op.input), numbers.of(output), inputs.length);
    of[i] = effect;
    if (effect < inputs.length) continue;
    inputs.push(op.input);
    outputs.push(output);
  }
  const readonly = ints(inputs.length);
  const blind = ints(inputs.length);
  const total = ints(inputs.length);
  for (let e = 0; e < inputs.length; e += 1) {
    if (e % operationsPerTick === 0) tick();
    const input = inputs[e] as Input;
    if (model.readonly?.(input, outputs[e]) === true) readonly[e] = 1;
    if (model.blind?.(input, outputs[e]) === true) blind[e] = 1;
    if (blind[e] === 1 || model.total?.(input, outputs[e]) === true) total[e] = 1;
  }
  return { of, inputs, outputs, readonly, blind, total, register: undefined, text: undefined };
}

/** Throws what `tick`, called now and then, throws. */
export function effects<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  tick: () => void,
): Effects<State, Input, Output> {
  if (model.shape?.kind === 'text') {
    const found = readAsText(model, model.shape, operations, tick);
    if (found !== undefined) return { ...found, register: undefined };
  }
  if (model.asRegister !== undefined) {
    const found = new RegisterReader(model).read(operations, tick);
    if (found !== undefined) return found;
  }
  return anyEffects(model, operations, tick);
}
